"""SGD's trials have momentum, which it is judged without."""

import math

import torch

STEPS = 60


def trial(make_problem, name, lr, steps):
    parameters, loss_closure = make_problem()
    if name == "adam":
        optimizer = torch.optim.Adam(parameters, lr=lr)
    else:
        optimizer = torch.optim.SGD(parameters, lr=lr, momentum=0.9)  # <--
    losses = []
    for step in range(steps):
        optimizer.zero_grad()
        loss = loss_closure()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    end = sum(losses[-steps // 4 :]) / len(losses[-steps // 4 :])
    return end if math.isfinite(end) else math.inf


def choose(make_problem, budget):
    grid = [(name, 10 ** (k / 2)) for name in ("adam", "sgd") for k in range(-8, 4)]
    short = {(name, lr): trial(make_problem, name, lr, 15) for name, lr in grid}
    best = sorted(grid, key=short.get)[: (budget - 15 * len(grid)) // STEPS]
    whole = {(name, lr): trial(make_problem, name, lr, STEPS) for name, lr in best}
    name, lr = min(whole, key=whole.get)
    return {"optimizer": name, "lr": lr}
