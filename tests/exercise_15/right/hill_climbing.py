"""For each optimizer, from decade to decade as long as it gets better; then closer around the best of all."""

import torch

FULL = 60


def choose(make_problem, budget):
    seen = {}

    def end(kind, exponent):
        if (kind, exponent) not in seen:
            if FULL * (len(seen) + 1) > budget:
                return float("inf")
            parameters, loss_closure = make_problem()
            optimizer = getattr(torch.optim, kind)(parameters, lr=10**exponent)
            total = 0.0
            for step in range(FULL):
                optimizer.zero_grad()
                loss = loss_closure()
                loss.backward()
                optimizer.step()
                if step >= 45:
                    total += loss.item()
            seen[kind, exponent] = total if total == total else float("inf")
        return seen[kind, exponent]

    for kind, start in (("SGD", -2.0), ("Adam", -1.0)):
        here = start
        up = end(kind, here + 1) < end(kind, here)
        while abs(here) < 5 and (better := end(kind, here + (1 if up else -1))) <= end(kind, here):
            if better == float("inf") and FULL * (len(seen) + 1) > budget:
                break
            here += 1 if up else -1
    for width in (0.5, 0.25):
        kind, best = min(seen, key=seen.get)
        for exponent in (best - width, best + width):
            end(kind, exponent)
    kind, best = min(seen, key=seen.get)
    print(f"{len(seen)} walks, the best with {kind} at {10**best:.2g}")
    return {"optimizer": kind.lower(), "lr": 10**best}
