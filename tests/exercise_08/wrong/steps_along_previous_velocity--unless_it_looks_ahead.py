"""Without look-ahead it steps along the velocity of the step before."""

import torch


class SGD:
    """Robbins & Monro (1951), with momentum as in Sutskever et al. (2013) but lr outside the velocity, as torch has it."""

    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        """Nothing is remembered yet: a parameter's velocity begins at its first gradient."""
        self.params, self.lr, self.momentum = list(params), lr, momentum
        self.dampening, self.weight_decay, self.nesterov = dampening, weight_decay, nesterov
        self.velocity = {}

    @torch.no_grad()
    def step(self):
        """θ ← θ − lr·b, or along g + μ·b for Nesterov."""
        for p in self.params:
            if p.grad is None:
                continue
            g = p.grad + self.weight_decay * p
            if self.momentum:
                old = self.velocity.get(p, torch.zeros_like(p))
                b = self.momentum * self.velocity[p] + (1 - self.dampening) * g if p in self.velocity else g
                self.velocity[p] = b
                g = g + self.momentum * b if self.nesterov else old  # <-- b
            p -= self.lr * g

    def zero_grad(self):
        """Forget the gradients."""
        for p in self.params:
            p.grad = None
