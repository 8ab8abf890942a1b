"""For each optimizer from a high rate downwards by factors of about 3, until it has become worse twice in a row."""

import torch


def descend(problem, make, lr, patience=60):
    parameters, loss_closure = problem
    optimizer = make(parameters, lr=lr)
    first, recent = None, []
    for count in range(1, patience + 1):
        optimizer.zero_grad()
        loss = loss_closure()
        now = loss.item()
        first = now if first is None else first
        if not now <= 50 * first:  # NaN as well
            return float("inf"), count
        loss.backward()
        optimizer.step()
        recent = [*recent[-14:], now]
    return sum(recent) / len(recent), patience


def choose(make_problem, budget):
    best = {}
    remaining = budget
    for name, make in [("sgd", torch.optim.SGD), ("adam", torch.optim.Adam)]:
        worse, lr = 0, 10.0
        while worse < 2 and lr > 5e-5:
            if remaining < 60:
                break
            end, count = descend(make_problem(), make, lr)
            remaining -= count
            if end < best.get(name, (float("inf"),))[0]:
                best[name], worse = (end, lr), 0
            elif name in best:
                worse += 1
            lr /= 10**0.5
    name = min(best, key=best.get)
    return {"optimizer": name, "lr": best[name][1]}
