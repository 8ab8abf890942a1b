"""A parameter without a gradient isn't skipped."""

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
                p.sub_(self.lr * self.direction(p))

    def direction(self, p):
        d = torch.add(p.grad, p, alpha=self.weight_decay)  # <--
        if self.momentum == 0:
            return d
        if p in self.velocity:
            self.velocity[p].mul_(self.momentum).add_(d, alpha=1 - self.dampening)
        else:
            self.velocity[p] = d.clone()
        if self.nesterov:
            return d.add(self.velocity[p], alpha=self.momentum)
        return self.velocity[p]

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()
