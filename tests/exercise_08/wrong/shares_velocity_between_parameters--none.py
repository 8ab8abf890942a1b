"""One velocity serves all parameters, from the first gradient on."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.velocity = None

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            g = p.grad
            if self.weight_decay != 0:
                g = g + self.weight_decay * p
            if self.momentum != 0:
                if self.velocity is None:
                    self.velocity = g.clone()
                else:
                    self.velocity = self.momentum * self.velocity + (1 - self.dampening) * g  # <--
                g = g + self.momentum * self.velocity if self.nesterov else self.velocity
            p -= self.lr * g

    def zero_grad(self):
        for p in self.params:
            p.grad = None
