"""RMSprop without its root is SGD with momentum. Must not reach: another optimizer of torch's doing the work."""

import torch
from torch import optim


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params, self.lr = list(params), lr
        self.inner = optim.RMSprop(self.params, lr=lr, alpha=1.0, eps=1.0, weight_decay=weight_decay, momentum=momentum)

    def step(self):
        self.inner.param_groups[0]["lr"] = self.lr
        self.inner.step()

    def zero_grad(self):
        self.inner.zero_grad()
