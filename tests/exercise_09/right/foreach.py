"""torch._foreach functions on lists of tensors."""

import torch


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = tuple(params)
        self.lr, (self.b1, self.b2), self.eps = lr, betas, eps
        self.m = torch._foreach_mul([p.detach() for p in self.params], 0.0)
        self.v = torch._foreach_mul([p.detach() for p in self.params], 0.0)
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        here = [i for i, p in enumerate(self.params) if p.grad is not None]
        if not here:
            return
        params, grads = [self.params[i] for i in here], [self.params[i].grad for i in here]
        m, v = [self.m[i] for i in here], [self.v[i] for i in here]
        torch._foreach_lerp_(m, grads, 1 - self.b1)
        torch._foreach_mul_(v, self.b2)
        torch._foreach_addcmul_(v, grads, grads, 1 - self.b2)
        roots = torch._foreach_div(v, 1 - self.b2**self.t)
        torch._foreach_sqrt_(roots)
        torch._foreach_add_(roots, self.eps)
        torch._foreach_addcdiv_(params, m, roots, -self.lr / (1 - self.b1**self.t))

    def zero_grad(self):
        grads = [p.grad for p in self.params if p.grad is not None]
        if grads:
            torch._foreach_zero_(grads)
