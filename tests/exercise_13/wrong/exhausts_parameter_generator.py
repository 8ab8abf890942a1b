"""SGD by hand, where the parameters are kept as a generator."""

import torch


class SGD:
    def __init__(self, params, lr):
        self.params = params  # <-- a generator can be walked through once
        self.lr = lr
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
            v.mul_(0.9).add_(p.grad)
            p -= self.lr * v


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = SGD(model.parameters(), lr)
    rates = []
    for epoch in range(epochs):
        optimizer.lr = lr * gamma ** (epoch // step_size)
        rates.append(optimizer.lr)
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            optimizer.zero_grad()
    return rates
