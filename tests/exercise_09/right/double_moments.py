"""The moments are kept in float64 whatever the parameters are; the parameters keep their dtype."""

import torch


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = list(params)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.t = 0
        self.m = [torch.zeros(p.shape, dtype=torch.float64) for p in self.params]
        self.v = [torch.zeros(p.shape, dtype=torch.float64) for p in self.params]

    @torch.no_grad()
    def step(self):
        self.t += 1
        for p, m, v in zip(self.params, self.m, self.v, strict=True):
            if p.grad is None:
                continue
            g = p.grad.double()
            m.mul_(self.betas[0]).add_(g, alpha=1 - self.betas[0])
            v.mul_(self.betas[1]).add_(g * g, alpha=1 - self.betas[1])
            m_hat, v_hat = (x / (1 - b**self.t) for x, b in zip((m, v), self.betas, strict=True))
            p.sub_((self.lr * m_hat / (v_hat.sqrt() + self.eps)).to(p.dtype))

    def zero_grad(self):
        for p in self.params:
            p.grad = None
