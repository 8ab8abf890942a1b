"""Counts and corrections as tensors, as torch keeps them, and the update by torch.where."""

import torch


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = list(params)
        self.lr, self.eps = lr, eps
        self.betas = torch.tensor(betas, dtype=torch.float64)
        self.t = torch.zeros((), dtype=torch.float64)
        self.moments = {p: torch.zeros(2, *p.shape, dtype=p.dtype) for p in self.params}

    @torch.no_grad()
    def step(self):
        self.t += 1
        correction = 1 - self.betas**self.t
        for p, moments in self.moments.items():
            if p.grad is not None:
                for k in range(2):
                    moments[k].lerp_(p.grad ** (k + 1), 1 - self.betas[k].item())
                m_hat, v_hat = (moments[k] / correction[k].item() for k in range(2))
                denom = torch.sqrt(v_hat) + self.eps
                p.copy_(torch.where(denom > 0, p - self.lr * m_hat / denom, p))

    def zero_grad(self):
        for p in self.params:
            p.grad = None
