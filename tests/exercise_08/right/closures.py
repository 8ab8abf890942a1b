"""Each parameter has a generator that remembers its velocity; prints on the way."""

import torch


def walk(p, settings):
    """Yield what to subtract from p, per lr, for the gradient that p has at that moment."""
    momentum, dampening, weight_decay, nesterov = settings
    v, share = torch.zeros_like(p), 1.0
    while True:
        g = p.grad.detach() + weight_decay * p.detach()
        if momentum:
            v, share = momentum * v + share * g, 1.0 - dampening
        yield g if not momentum else g + momentum * v if nesterov else v


class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        settings = momentum, dampening, weight_decay, nesterov
        self.walks = [(p, walk(p, settings)) for p in params]
        self.lr = lr
        self.count = 0

    def step(self):
        self.count += 1
        print(f"step {self.count}, lr {self.lr}")
        for p, path in self.walks:
            if p.grad is None:
                print("  no gradient")
                continue
            with torch.no_grad():
                p += -self.lr * next(path)

    def zero_grad(self):
        for p, _ in self.walks:
            p.grad = None
