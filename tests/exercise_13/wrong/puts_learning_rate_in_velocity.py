"""SGD by hand, where the velocity holds the learning rate of its time."""

import torch


class SGD:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr
        self.velocity = [torch.zeros_like(p) for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.params, self.velocity):
            if p.grad is None:
                continue
            v.mul_(0.9).sub_(self.lr * p.grad)  # <-- the velocity keeps the rates of earlier epochs
            p += v


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
