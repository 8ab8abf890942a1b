"""The gradient becomes float32."""

import torch


class Adam:
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-08):
        self.parameters = list(params)
        self.lr = lr
        self.beta1, self.beta2 = betas
        self.eps = eps
        self.state = {}

    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is None:
                    continue
                if p not in self.state:
                    self.state[p] = {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
                s = self.state[p]
                s["t"] += 1
                s["m"] = self.beta1 * s["m"] + (1 - self.beta1) * p.grad.float()  # <--
                s["v"] = self.beta2 * s["v"] + (1 - self.beta2) * p.grad.float() ** 2
                m_hat = s["m"] / (1 - self.beta1 ** s["t"])
                v_hat = s["v"] / (1 - self.beta2 ** s["t"])
                p.sub_(self.lr * m_hat / (v_hat.sqrt() + self.eps))

    def zero_grad(self):
        for p in self.parameters:
            if p.grad is not None:
                p.grad.zero_()
