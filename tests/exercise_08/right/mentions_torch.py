"""Does what torch.optim.SGD does; import torch.optim isn't needed for that, nor torch.optim.sgd.sgd or _fused_sgd_."""

import torch


class SGD:
    """The same interface as `torch.optim.SGD(params, lr, momentum, dampening, weight_decay, nesterov)`.

    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    """

    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        # torch.optim.SGD keeps these in param_groups; plain attributes do here
        self.params = list(params)
        self.lr = lr
        self.momentum = momentum
        self.dampening = dampening
        self.weight_decay = weight_decay
        self.nesterov = nesterov
        self.state = {p: {} for p in self.params}  # as optimizer.state in torch.optim.SGD

    def step(self):
        with torch.no_grad():
            for p, state in self.state.items():
                if p.grad is None:
                    continue  # torch.optim.SGD skips it too
                g = p.grad.clone()
                if self.weight_decay:
                    g += self.weight_decay * p
                if self.momentum:
                    if "momentum_buffer" in state:
                        state["momentum_buffer"] *= self.momentum
                        state["momentum_buffer"] += (1.0 - self.dampening) * g
                    else:
                        state["momentum_buffer"] = g.clone()
                    g = g + self.momentum * state["momentum_buffer"] if self.nesterov else state["momentum_buffer"]
                p -= self.lr * g

    def zero_grad(self):
        for p in self.params:
            p.grad = None
