"""Both rules by hand, with torch.autograd.grad; candidates are weeded out every ten steps as they walk side by side."""

import torch


class Walker:
    def __init__(self, make_problem, rule, lr):
        self.theta, self.f = make_problem()
        self.rule, self.lr, self.t, self.losses = rule, lr, 0, []
        self.m = [torch.zeros_like(p) for p in self.theta]
        self.v = [torch.zeros_like(p) for p in self.theta]

    def step(self):
        loss = self.f()
        self.losses.append(float(loss.detach()))
        self.t += 1
        for p, g, m, v in zip(self.theta, torch.autograd.grad(loss, self.theta), self.m, self.v, strict=True):
            if self.rule == "sgd":
                p.data -= self.lr * g
            else:
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                p.data -= self.lr * m / (1 - 0.9**self.t) / ((v / (1 - 0.999**self.t)) ** 0.5 + 1e-8)

    def standing(self):
        recent = sum(self.losses[-10:])
        return recent if recent < float("inf") else float("inf")


def choose(make_problem, budget):
    walkers = [Walker(make_problem, rule, 10 ** (k / 2)) for k in range(-8, 4) for rule in ("sgd", "adam")]
    keep = iter((16, 12, 10, 8, 8))
    while walkers[0].t < 60:
        for walker in walkers:
            for _ in range(10):
                walker.step()
        walkers = sorted(walkers, key=Walker.standing)[: next(keep, 8)]
    return {"optimizer": walkers[0].rule, "lr": walkers[0].lr}
