"""SGD by hand, where the update is not under no_grad."""

import torch


class SGD:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr
        self.velocity = [torch.zeros_like(p) for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        for p, v in zip(self.params, self.velocity):
            if p.grad is None:
                continue
            v.mul_(0.9).add_(p.grad)
            p -= self.lr * v  # <-- autograd is watching


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
