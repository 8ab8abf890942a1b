"""The step is taken twice, by an optimizer of its own."""

import torch


class Adam:
    def __init__(self, params, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params = list(params)
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.m = {}
        self.v = {}

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        self.t += 1
        scale = (1 - self.beta2**self.t) ** 0.5
        rate = self.lr * scale / (1 - self.beta1**self.t)
        with torch.no_grad():
            for p in self.params:
                if p.grad is None:
                    continue
                m = self.m.get(p, torch.zeros_like(p))
                v = self.v.get(p, torch.zeros_like(p))
                m = m + (1 - self.beta1) * (p.grad - m)
                v = v + (1 - self.beta2) * (p.grad**2 - v)
                p -= rate * m / (v.sqrt() + self.eps * scale)
                self.m[p], self.v[p] = m, v


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = Adam(model.parameters(), lr)
    losses = []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        optimizer.step()  # <-- a second step
        losses.append(loss.item())
    return losses
