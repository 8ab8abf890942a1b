"""SGD by hand, where the first velocity is .grad itself."""

import torch


class SGD:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr
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
                self.velocity[p].mul_(0.9).add_(p.grad)
            p -= self.lr * self.velocity[p]


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = SGD(model.parameters(), lr)
    rates = []
    for epoch in range(epochs):
        optimizer.lr = lr * gamma ** (epoch // step_size)
        rates.append(optimizer.lr)
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    return rates
