"""The step is taken twice, by an optimizer of its own."""

import torch


class Momentum:
    def __init__(self, params, lr, momentum):
        self.params = list(params)
        self.lr, self.momentum = lr, momentum
        self.velocity = {}

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    self.velocity[p] = self.momentum * self.velocity.get(p, 0.0) - self.lr * p.grad
                    p += self.velocity[p]


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = Momentum(model.parameters(), lr, momentum)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            optimizer.step()  # <-- a second step
            total += loss.item() * len(X)
        losses.append(total / sum(len(X) for X, _ in batches))
    return losses
