"""Extra prints, keyword arguments nobody asked for, and zero_grad that takes set_to_none."""

import torch


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, verbose=True):
        self.params = list(params)
        self.lr, self.betas, self.eps, self.verbose = lr, betas, eps, verbose
        self.reset()
        if verbose:
            print("Adam over", sum(p.numel() for p in self.params), "numbers")

    def reset(self):
        self.t, self.m, self.v = 0, {}, {}

    @torch.no_grad()
    def step(self, closure=None):
        loss = closure() if closure is not None else None
        self.t += 1
        for number, p in enumerate(self.params):
            if p.grad is None:
                continue
            if number not in self.m:
                self.m[number], self.v[number] = torch.zeros_like(p), torch.zeros_like(p)
            g = p.grad.clone()
            self.m[number] = self.betas[0] * self.m[number] + (1 - self.betas[0]) * g
            self.v[number] = self.betas[1] * self.v[number] + (1 - self.betas[1]) * g**2
            step = self.lr * (self.m[number] / (1 - self.betas[0] ** self.t))
            step /= (self.v[number] / (1 - self.betas[1] ** self.t)).sqrt() + self.eps
            p += -step
            if self.verbose:
                print(f"step {self.t}, tensor {number}: moved by {step.abs().max():.3g} at most")
        return loss

    def zero_grad(self, set_to_none=True):
        for p in self.params:
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.zero_()
