"""A subclass of Optimizer that reads self.lr at each step, and has a zero_grad of its own."""

import torch
from torch.optim import Optimizer


class SGD(Optimizer):
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(params, {"lr": lr})
        self.lr = lr
        self.settings = momentum, dampening, weight_decay, nesterov

    @torch.no_grad()
    def step(self):
        momentum, dampening, weight_decay, nesterov = self.settings
        for p in self.param_groups[0]["params"]:
            if p.grad is not None:
                g = p.grad + weight_decay * p
                if momentum:
                    v = self.state[p].get("v")
                    v = g if v is None else momentum * v + (1 - dampening) * g
                    self.state[p]["v"] = v
                    g = g + momentum * v if nesterov else v
                p -= self.lr * g

    def zero_grad(self):
        super().zero_grad(set_to_none=False)
