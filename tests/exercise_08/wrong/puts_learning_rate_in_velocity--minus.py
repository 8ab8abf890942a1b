"""v = μ·v − lr·g, and the parameter moves by v."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.lr, self.momentum, self.dampening = lr, momentum, dampening
        self.weight_decay, self.nesterov = weight_decay, nesterov
        self.params = [p for p in params]
        self.velocity = {}

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.add_(self.direction(p))

    def direction(self, p):
        d = p.grad.add(p, alpha=self.weight_decay)
        if self.momentum == 0:
            return -self.lr * d
        if p in self.velocity:
            self.velocity[p] = self.momentum * self.velocity[p] - (1 - self.dampening) * self.lr * d  # <--
        else:
            self.velocity[p] = -self.lr * d
        if self.nesterov:
            return self.momentum * self.velocity[p] - self.lr * d
        return self.velocity[p]

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()
