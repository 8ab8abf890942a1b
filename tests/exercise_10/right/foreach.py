"""torch._foreach functions, a group at a time; frozen parameters are in no group."""

import torch
from torch import nn


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        params = list(params)
        if params and not isinstance(params[0], dict):
            params = [{"params": params}]
        self.groups = [{"weight_decay": weight_decay} | group | {"params": list(group["params"])} for group in params]
        self.lr, (self.b1, self.b2), self.eps, self.t = lr, betas, eps, 0
        self.m, self.v = {}, {}

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.groups:
            params = [p for p in group["params"] if p.grad is not None]
            if not params:
                continue
            grads = [p.grad for p in params]
            m = [self.m.setdefault(p, torch.zeros_like(p)) for p in params]
            v = [self.v.setdefault(p, torch.zeros_like(p)) for p in params]
            torch._foreach_mul_(params, 1 - self.lr * group["weight_decay"])
            torch._foreach_lerp_(m, grads, 1 - self.b1)
            torch._foreach_mul_(v, self.b2)
            torch._foreach_addcmul_(v, grads, grads, 1 - self.b2)
            roots = torch._foreach_div(v, 1 - self.b2**self.t)
            torch._foreach_sqrt_(roots)
            torch._foreach_add_(roots, self.eps)
            torch._foreach_addcdiv_(params, m, roots, -self.lr / (1 - self.b1**self.t))

    def zero_grad(self):
        for group in self.groups:
            for p in group["params"]:
                p.grad = None


def decay_groups(model, weight_decay):
    norms = tuple(kind for name, kind in vars(nn).items() if isinstance(kind, type) and "Norm" in name)
    inside_norms = {id(p) for m in model.modules() if isinstance(m, norms) for p in m.parameters()}
    trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
    decays = {name: id(p) not in inside_norms and "bias" not in name.rsplit(".", 1)[-1] for name, p in trainable.items()}
    return [
        {"params": [p for name, p in trainable.items() if not decays[name]], "weight_decay": 0},
        {"params": [p for name, p in trainable.items() if decays[name]], "weight_decay": weight_decay},
    ]
