"""The update is a function called sgd, and the class only keeps what it needs; sums are written with torch.add and mul."""

import torch


@torch.no_grad()
def sgd(params, velocities, lr, momentum, dampening, weight_decay, nesterov):
    for p in params:
        if p.grad is None:
            continue
        grad = p.grad.add(torch.mul(p, weight_decay))
        if momentum == 0:
            step = grad
        else:
            known = id(p) in velocities
            new = torch.add(velocities[id(p)].mul(momentum), grad.mul(1 - dampening)) if known else grad
            velocities[id(p)] = new
            step = torch.add(grad, new, alpha=momentum) if nesterov else new
        torch.sub(p, step, alpha=lr, out=p)


class SGD:
    velocities = None

    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params, self.velocities = list(params), {}
        self.lr = lr
        self.options = {"momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov}

    def step(self):
        sgd(self.params, self.velocities, self.lr, **self.options)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
