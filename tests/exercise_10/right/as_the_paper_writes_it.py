"""The paper's line 12: the decay beside the fraction, of the parameter as it was. One group for each parameter."""

import torch
from torch import nn


class AdamW:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        self.params, self.decay = [], []
        for entry in params:
            if isinstance(entry, dict):
                self.params += entry["params"]
                self.decay += [entry.get("weight_decay", weight_decay)] * len(entry["params"])
            else:
                self.params.append(entry)
                self.decay.append(weight_decay)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.m = [torch.zeros_like(p) for p in self.params]
        self.v = [torch.zeros_like(p) for p in self.params]
        self.t = 0

    def step(self):
        self.t += 1
        b1, b2 = self.betas
        with torch.no_grad():
            for i, p in enumerate(self.params):
                if p.grad is None:
                    continue
                self.m[i] = b1 * self.m[i] + (1 - b1) * p.grad
                self.v[i] = b2 * self.v[i] + (1 - b2) * p.grad**2
                m_hat = self.m[i] / (1 - b1**self.t)
                v_hat = self.v[i] / (1 - b2**self.t)
                p -= self.lr * (m_hat / (v_hat.sqrt() + self.eps) + self.decay[i] * p)

    def zero_grad(self):
        for p in self.params:
            p.grad = None


def decay_groups(model, weight_decay):
    spared = set()
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._NormBase | nn.LayerNorm | nn.GroupNorm):
            spared.update(module.parameters(recurse=False))
    spared.update(p for name, p in model.named_parameters() if "bias" in name.split(".")[-1])
    return [{"params": [p], "weight_decay": 0.0 if p in spared else weight_decay} for p in model.parameters()]
