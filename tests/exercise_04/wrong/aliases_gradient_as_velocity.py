"""SGD by hand, where the first velocity is .grad itself."""

import torch


class SGD:
    def __init__(self, params, lr, momentum):
        self.params = list(params)
        self.lr, self.momentum = lr, momentum
        self.velocity = {}

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            if p not in self.velocity:
                self.velocity[p] = p.grad  # <-- the same tensor, not a copy
            else:
                self.velocity[p].mul_(self.momentum).add_(p.grad)
            p -= self.lr * self.velocity[p]


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
