"""A subclass of Optimizer that keeps the rate on itself."""

import torch
from torch.optim import Optimizer


class Adam(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, {})
        self.lr, self.betas, self.eps = lr, betas, eps
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p] = {"m": torch.zeros_like(p), "v": torch.zeros_like(p)}
        self.t = 0

    def step(self):
        self.t += 1
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.update(p, p.grad, self.state[p])

    def update(self, p, g, state):
        b1, b2 = self.betas
        with torch.no_grad():
            state["m"] += (1 - b1) * (g - state["m"])
            state["v"] += (1 - b2) * (g.square() - state["v"])
            p -= self.lr * (state["m"] / (1 - b1**self.t)) / ((state["v"] / (1 - b2**self.t)).sqrt() + self.eps)
