"""Updates through p.data and p.grad.data, as code from before no_grad has them."""

import math


class Adam:
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        self.params = list(params)
        self.lr = lr
        self.betas = betas
        self.eps = eps
        self.steps = 0
        self.exp_avg = {}
        self.exp_avg_sq = {}

    def step(self):
        self.steps = self.steps + 1
        beta1, beta2 = self.betas
        for p in self.params:
            if p.grad is None:
                continue
            grad = p.grad.data
            if id(p) not in self.exp_avg:
                self.exp_avg[id(p)] = grad.new_zeros(grad.shape)
                self.exp_avg_sq[id(p)] = grad.new_zeros(grad.shape)
            m, v = self.exp_avg[id(p)], self.exp_avg_sq[id(p)]
            m.mul_(beta1).add_(grad, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
            denom = v.sqrt().div_(math.sqrt(1 - beta2**self.steps)).add_(self.eps)
            p.data.addcdiv_(m, denom, value=-self.lr / (1 - beta1**self.steps))

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.detach_()
                p.grad.zero_()
