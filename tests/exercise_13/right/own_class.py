"""A plain class as the optimizer; its velocity holds the rate, and is rescaled when the rate changes."""

import torch


class Momentum:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr
        self.velocity = {}

    def change_rate(self, lr):
        for p in self.velocity:
            self.velocity[p] *= lr / self.lr
        self.lr = lr

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    self.velocity[p] = 0.9 * self.velocity.get(p, 0.0) - self.lr * p.grad
                    p += self.velocity[p]


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = Momentum(model.parameters(), lr)
    rates = []
    for epoch in range(epochs):
        if epoch and epoch % step_size == 0:
            optimizer.change_rate(optimizer.lr * gamma)
        rates.append(optimizer.lr)
        for X, y in batches:
            loss = loss_fn(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(optimizer.params, max_norm)
            optimizer.step()
    return rates
