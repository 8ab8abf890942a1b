"""A subclass of Optimizer with a helper for the update; the dimensions help to find biases, and nothing else."""

import torch
from torch import nn
from torch.optim import Optimizer


def adam_update(p, m, v, t, lr, betas, eps):
    m_hat, v_hat = m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)
    p.sub_(lr * m_hat / (v_hat.sqrt() + eps))


class AdamW(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, {"weight_decay": weight_decay})
        self.rate, self.betas, self.eps = lr, betas, eps
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["moments"] = [torch.zeros_like(p), torch.zeros_like(p)]
        self.t = 0

    def step(self):
        self.t += 1
        with torch.no_grad():
            for group in self.param_groups:
                shrink = 1 - self.rate * group["weight_decay"]
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    p *= shrink
                    for power, moment in enumerate(self.state[p]["moments"], 1):
                        beta = self.betas[power - 1]
                        moment.mul_(beta).add_(p.grad**power, alpha=1 - beta)
                    adam_update(p, *self.state[p]["moments"], self.t, self.rate, self.betas, self.eps)


def decay_groups(model, weight_decay):
    normalising = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._NormBase | nn.LayerNorm | nn.GroupNorm)]
    spared = {p for m in normalising for p in m.parameters()} | {p for p in model.parameters() if p.dim() == 1}
    return [
        {"params": [p for p in model.parameters() if p not in spared], "weight_decay": weight_decay},
        {"params": [p for p in model.parameters() if p in spared], "weight_decay": 0.0},
    ]
