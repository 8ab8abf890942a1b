"""A list of velocities beside the list of parameters; updates of p.data, gradients zeroed in place."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params = [p for p in params if p.requires_grad]
        self.lr = lr
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.v = [None for _ in self.params]

    def step(self):
        for i in range(len(self.params)):
            p = self.params[i]
            if p.grad is None:
                continue
            g = p.grad.data
            if self.weight_decay > 0:
                g = g + self.weight_decay * p.data
            if self.momentum > 0:
                if self.v[i] is None:
                    self.v[i] = torch.clone(g)
                else:
                    self.v[i] = self.momentum * self.v[i] + (1 - self.dampening) * g
                g = g + self.momentum * self.v[i] if self.nesterov else self.v[i]
            p.data = p.data - self.lr * g

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()
