"""torch under another name. Must not reach: torch's own SGD doing the work."""

import torch as flame

Base = flame.optim.SGD


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.inner = Base(
            params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )
        self.lr = lr

    def step(self):
        self.inner.param_groups[0]["lr"] = self.lr
        self.inner.step()

    def zero_grad(self):
        self.inner.zero_grad()
