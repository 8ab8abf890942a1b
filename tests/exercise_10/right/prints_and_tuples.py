"""Extra prints, arguments nobody asked for, parameters in generators, and 2-d layer norms found by what they are not."""

import torch
from torch import nn


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, verbose=True):
        params = tuple(params)
        if not isinstance(params[0], dict):
            params = ({"params": params},)
        self.groups = tuple((tuple(g["params"]), g.get("weight_decay", weight_decay)) for g in params)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.t, self.moments, self.verbose = 0, {}, verbose

    def __repr__(self):
        return f"AdamW of {sum(len(params) for params, _ in self.groups)} tensors"

    @torch.no_grad()
    def step(self, closure=None):
        loss = closure() if closure is not None else None
        self.t += 1
        for params, decay in self.groups:
            for p in params:
                if p.grad is None:
                    continue
                m, v = self.moments.get(p, (torch.zeros_like(p), torch.zeros_like(p)))
                m = m + (1 - self.betas[0]) * (p.grad - m)
                v = v + (1 - self.betas[1]) * (p.grad * p.grad - v)
                self.moments[p] = m, v
                shrink = -self.lr * decay * p
                update = -self.lr * (m / (1 - self.betas[0] ** self.t))
                update /= (v / (1 - self.betas[1] ** self.t)).sqrt() + self.eps
                p += shrink + update
        if self.verbose:
            print(self, "after", self.t, "steps")
        return loss

    def zero_grad(self, set_to_none=True):
        for params, _ in self.groups:
            for p in params:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad.zero_()


def decay_groups(model, weight_decay):
    norm_types = (nn.BatchNorm1d, nn.BatchNorm2d, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.LayerNorm, nn.GroupNorm)
    weights = {}
    for module in model.modules():
        if isinstance(module, norm_types):
            continue
        for name, p in module.named_parameters(recurse=False):
            if not name.startswith("bias"):
                weights[id(p)] = p
    others = {id(p): p for p in model.parameters() if id(p) not in weights}
    print(len(weights), "parameters decay,", len(others), "don't")
    return [
        {"params": (p for p in weights.values()), "weight_decay": weight_decay},
        {"params": (p for p in others.values()), "weight_decay": 0.0},
    ]
