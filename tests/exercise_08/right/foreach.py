"""One torch._foreach call for all parameters that have a gradient."""

import torch


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params = tuple(params)
        self.lr, self.mu, self.tau, self.decay, self.nesterov = lr, momentum, dampening, weight_decay, nesterov
        self.buffers = {}

    @torch.no_grad()
    def step(self):
        params = [p for p in self.params if p.grad is not None]
        if not params:
            return
        grads = torch._foreach_add([p.grad for p in params], params, alpha=self.decay)
        if self.mu:
            old = [p for p in params if p in self.buffers]
            if old:
                buffers = [self.buffers[p] for p in old]
                torch._foreach_mul_(buffers, self.mu)
                fresh = [g for p, g in zip(params, grads, strict=True) if p in self.buffers]
                torch._foreach_add_(buffers, fresh, alpha=1 - self.tau)
            for p, g in zip(params, grads, strict=True):
                self.buffers.setdefault(p, g.clone())
            buffers = [self.buffers[p] for p in params]
            grads = torch._foreach_add(grads, buffers, alpha=self.mu) if self.nesterov else buffers
        torch._foreach_add_(params, grads, alpha=-self.lr)

    def zero_grad(self, set_to_none=True):
        for p in self.params:
            if p.grad is not None:
                p.grad = None if set_to_none else torch.zeros_like(p)
