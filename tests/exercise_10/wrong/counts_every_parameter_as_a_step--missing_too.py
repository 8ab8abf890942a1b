"""The count goes up at the top of the loop, for parameters without gradient too."""

import torch
from torch import nn


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        params = list(params)
        groups = params if isinstance(params[0], dict) else [{"params": params}]
        self.params, self.decays = [], []
        for group in groups:
            for p in group["params"]:
                self.params.append(p)
                self.decays.append(group.get("weight_decay", weight_decay))
        self.lr, self.betas, self.eps = lr, betas, eps
        self.t = 0
        self.m = [torch.zeros_like(p) for p in self.params]
        self.v = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for p, wd, m, v in zip(self.params, self.decays, self.m, self.v):
            self.t += 1  # <--
            if p.grad is None:
                continue
            g = p.grad
            p *= 1 - self.lr * wd
            m.mul_(b1).add_(g, alpha=1 - b1)
            v.mul_(b2).addcmul_(g, g, value=1 - b2)
            m_hat = m / (1 - b1**self.t)
            v_hat = v / (1 - b2**self.t)
            p -= self.lr * m_hat / (v_hat.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.params:
            p.grad = None


def decay_groups(model, weight_decay):
    norms = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm)
    decay, spared, seen = [], [], set()
    for module in model.modules():
        for name, p in module.named_parameters(recurse=False):
            if p in seen:
                continue
            seen.add(p)
            if isinstance(module, norms) or "bias" in name:
                spared.append(p)
            else:
                decay.append(p)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": spared, "weight_decay": 0.0}]
