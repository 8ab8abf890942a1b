"""Decades, then the lowest point of a parabola through the logarithms of the three around each optimizer's best."""

import math
import statistics

import torch

DECADES = [-4, -3, -2, -1, 0, 1]


def log_loss(make_problem, optimizer_class, exponent, steps=60):
    params, evaluate = make_problem()
    optimizer = optimizer_class(params, lr=10.0**exponent, foreach=True)
    values = []
    for _ in range(steps):
        optimizer.zero_grad()
        value = evaluate()
        value.backward()
        optimizer.step()
        values.append(value.detach())
        if not math.isfinite(values[-1].item()):
            return 50.0
    return min(50.0, math.log(statistics.fmean(v.item() for v in values[-steps // 4 :]) + 1e-30))


def choose(make_problem, budget):
    found, left = [], budget
    for name, optimizer_class in (("adam", torch.optim.Adam), ("sgd", torch.optim.SGD)):
        short = [log_loss(make_problem, optimizer_class, e, 20) for e in DECADES]
        left -= 20 * len(DECADES)
        for i in sorted(range(len(DECADES)), key=short.__getitem__)[:3]:
            found.append((log_loss(make_problem, optimizer_class, DECADES[i]), name, optimizer_class, DECADES[i]))
            left -= 60
    found.sort(key=lambda one: one[0])
    _, name, optimizer_class, middle = found[0]
    tried = {one[3]: one[0] for one in found if one[1] == name}
    for exponent in (middle - 0.5, middle + 0.5):
        tried[exponent] = log_loss(make_problem, optimizer_class, exponent)
        left -= 60
    a, b, c = (tried[e] for e in (middle - 0.5, middle, middle + 0.5))
    bend = a - 2 * b + c
    if left >= 60 and bend > 0:
        exponent = middle + max(-0.75, min(0.75, 0.25 * (a - c) / bend))
        tried[exponent] = log_loss(make_problem, optimizer_class, exponent)
    return {"optimizer": name, "lr": 10.0 ** min(tried, key=tried.get)}
