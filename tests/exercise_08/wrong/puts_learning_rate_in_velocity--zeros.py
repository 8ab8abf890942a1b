"""The learning rate is inside the velocity, which starts at zeros."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.buffers = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            g = p.grad
            if self.weight_decay != 0:
                g = g + self.weight_decay * p
            first = not self.buffers[i].any()
            damp = 0.0 if first or not self.momentum else self.dampening
            self.buffers[i] = self.momentum * self.buffers[i] + (1 - damp) * self.lr * g  # <--
            p -= self.lr * g + self.momentum * self.buffers[i] if self.nesterov else self.buffers[i]

    def zero_grad(self):
        for p in self.params:
            p.grad = None
