"""A generator for each parameter, which keeps its moments in its own frame."""

import torch


def walker(p, optimizer):
    m = v = torch.zeros_like(p)
    t = 0
    while True:
        yield
        if p.grad is None:
            continue
        (b1, b2), t = optimizer.betas, t + 1
        m = b1 * m + (1 - b1) * p.grad
        v = b2 * v + (1 - b2) * p.grad * p.grad
        with torch.no_grad():
            p -= optimizer.lr / (1 - b1**t) * m / ((v / (1 - b2**t)).sqrt() + optimizer.eps)


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps = lr, betas, eps
        self.params = list(params)
        self.walkers = [walker(p, self) for p in self.params]
        for w in self.walkers:
            next(w)

    def step(self):
        for w in self.walkers:
            next(w)

    def zero_grad(self):
        for p in self.params:
            del p.grad
