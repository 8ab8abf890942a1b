"""The velocity points downhill: it is kept with a minus, from zeros on, and .grad is deleted."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.weights, self.lr = list(params), lr
        self.mu, self.damp, self.wd, self.ahead = momentum, dampening, weight_decay, nesterov
        self.downhill = [torch.zeros_like(w) for w in self.weights]
        self.seen = [False] * len(self.weights)

    def step(self):
        for i, w in enumerate(self.weights):
            if w.grad is None:
                continue
            with torch.no_grad():
                down = -(w.grad + w * self.wd)
                if self.mu != 0:
                    share = 1 - self.damp if self.seen[i] else 1
                    self.seen[i] = True
                    self.downhill[i].mul_(self.mu).add_(down, alpha=share)
                    down = down + self.mu * self.downhill[i] if self.ahead else self.downhill[i]
                w.copy_(w + self.lr * down)

    def zero_grad(self):
        for w in self.weights:
            del w.grad
