"""optimizer.step(closure); decades first, all the way but cut short where hopeless, then halves of decades around the best."""

import math

import torch


def walk(make_problem, make_optimizer, lr, steps, hopeless):
    params, problem_loss = make_problem()
    opt = make_optimizer(params, lr=lr)
    history = []

    def closure():
        opt.zero_grad()
        value = problem_loss()
        value.backward()
        history.append(value.item())
        return value

    for i in range(steps):
        opt.step(closure)
        if not math.isfinite(history[-1]) or (i == 15 and min(history[-5:]) > hopeless):
            return math.inf, i + 1, math.inf
    return sum(history[-12:]) / 12, steps, max(history[11:16])


def choose(make_problem, budget):
    makers = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    ends, hopeless = {}, math.inf
    for exponent in (-1, 0, -2, 1, -3, -4):
        for name in makers:
            end, used, after_16 = walk(make_problem, makers[name], 10.0**exponent, 60, 4 * hopeless)
            budget -= used
            hopeless = min(hopeless, after_16)
            ends[name, exponent] = end
    while budget >= 60:
        name, exponent = min(ends, key=ends.get)
        new = [e for e in (exponent - 0.5, exponent + 0.5, exponent - 0.25, exponent + 0.25) if (name, e) not in ends]
        if not new:
            break
        ends[name, new[0]], used, _ = walk(make_problem, makers[name], 10.0 ** new[0], 60, math.inf)
        budget -= used
    name, exponent = min(ends, key=ends.get)
    return {"optimizer": name, "lr": 10.0**exponent}
