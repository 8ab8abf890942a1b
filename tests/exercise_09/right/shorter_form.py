"""The paper's shorter form (the end of its section 2), with eps scaled as that form needs it."""

import torch


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = list(params)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.power1 = self.power2 = 1.0
        self.moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in self.params]

    def step(self):
        beta1, beta2 = self.betas
        self.power1 *= beta1
        self.power2 *= beta2
        scale = (1 - self.power2) ** 0.5
        alpha_t = self.lr * scale / (1 - self.power1)
        for p, (m, v) in zip(self.params, self.moments, strict=True):
            if p.grad is None:
                continue
            with torch.no_grad():
                m.copy_(m + (1 - beta1) * (p.grad - m))
                v.copy_(v + (1 - beta2) * (p.grad * p.grad - v))
                p.copy_(p - alpha_t * m / (v.sqrt() + self.eps * scale))

    def zero_grad(self):
        for p in self.params:
            p.grad = None
