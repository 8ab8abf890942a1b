"""SGD by hand, where the parameters are kept as a generator."""

import torch


class SGD:
    def __init__(self, params, lr, momentum):
        self.params = params  # <-- a generator can be walked through once
        self.lr, self.momentum = lr, momentum
        self.velocity = {}

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            v = self.velocity.setdefault(p, torch.zeros_like(p))
            v.mul_(self.momentum).add_(p.grad)
            p -= self.lr * v


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
