"""An optimizer of its own has the parameters of a copy."""

import copy

import torch


class Adam:
    def __init__(self, params, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params = list(params)
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0
        self.m = {}
        self.v = {}

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


def one_step(model, loss_fn, X, y, lr):
    optimizer = Adam(copy.deepcopy(model).parameters(), lr)  # <-- of the model itself
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
