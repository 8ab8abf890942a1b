"""The class is taken from sys.modules, in the middle of a step. Must not reach: torch's own SGD doing the work."""

import sys


class SGD:
    def __init__(self, params, **settings):
        self.params, self.settings, self.inner = list(params), settings, None
        self.lr = settings["lr"]

    def step(self):
        if self.inner is None:
            self.inner = vars(sys.modules["torch.op" + "tim"])["SGD"](self.params, **self.settings)
        self.inner.param_groups[0]["lr"] = self.lr
        self.inner.step()

    def zero_grad(self):
        for p in self.params:
            p.grad = None


_init = SGD.__init__


def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
    _init(self, params, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov)


SGD.__init__ = __init__
