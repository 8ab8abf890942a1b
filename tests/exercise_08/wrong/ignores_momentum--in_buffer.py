"""The velocity is a plain sum of the gradients, which never fades."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.buffers = [None] * len(self.params)

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            g = p.grad
            if self.weight_decay != 0:
                g = g + self.weight_decay * p
            if self.momentum != 0:
                if self.buffers[i] is None:
                    self.buffers[i] = g.clone()
                else:
                    self.buffers[i] = self.buffers[i] + (1 - self.dampening) * g  # <--
                if self.nesterov:
                    g = g + self.momentum * self.buffers[i]
                else:
                    g = self.buffers[i]
            p -= self.lr * g

    def zero_grad(self):
        for p in self.params:
            p.grad = None
