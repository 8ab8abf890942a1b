"""The drawn numbers of exercise 02's concept questions: torch.optim.SGD walks down the valleys."""

from __future__ import annotations

import random
from itertools import combinations

import torch

from grader.questions.drawn import Drawn, ran


def two_steps(draw: random.Random) -> Drawn:
    """Two steps in a parabola, the second on another slope than the first."""
    while True:
        k, lr = draw.choice([0.5, 1.5, 2.0, 3.0, 4.0]), draw.choice([0.01, 0.02, 0.05, 0.1])
        start = float(draw.choice([-1, 1]) * draw.randint(2, 12))
        way = 1 if start > 0 else -1
        first, second = _walk(k, start, lr, steps=2)
        values = {
            "value": second,
            "fixed_size": start - way * 2 * lr,
            "one_slope": start + 2 * (first - start),
            "piled_up": _walk(k, start, lr, steps=2, clear=False)[1],
            "uphill": _walk(-k, start, lr, steps=2)[1],
            "one_step": first,
            "half_slope": _walk(k / 2, start, lr, steps=2)[1],
        }
        if _apart(values, 0.06 * abs(second)):
            return Drawn(shown={"k": f"{k:g}", "start": f"{start:g}", "lr": f"{lr:g}"}, values=values)


def rate_regime(draw: random.Random) -> Drawn:
    """One of the four things that a learning rate can do in a parabola, as six steps of torch show it."""
    factor = draw.choice([0.8, 0.6, 0.4, -0.4, -0.6, -0.8, -1.0, -1.0, -1.5, -1.2, -2.0])
    k = draw.choice([1.0, 2.0, 4.0, 5.0, 10.0])
    lr = (1 - factor) / (2 * k)
    path = [1.0, *_walk(k, 1.0, lr, steps=6)]
    growth = abs(path[-1])
    if all(place > 0 for place in path):
        right = "creeps"
    elif abs(growth - 1) < 1e-6:
        right = "swings"
    else:
        right = "leaps" if growth < 1 else "flees"
    return Drawn(shown={"k": f"{k:g}", "lr": f"{lr:.6g}"}, values={"right": right})


def two_ways(draw: random.Random) -> Drawn:
    """One weight updated in place and one rebound; the numbers are exact in binary."""
    start, slope = float(draw.randint(3, 9)), float(draw.choice([-6, -4, 4, 6]))
    lr, in_place, rebound = draw.choice([0.25, 0.5]), "p -= lr * p.grad", "p = p - lr * p.grad"
    ways = [in_place, rebound]
    draw.shuffle(ways)

    def program(first: str, second: str, rate: float = lr) -> str:
        return _TWO_WAYS.format(start=start, slope=f"{slope:g}", lr=rate, first=first, second=second)

    code = program(*ways)
    values: dict[str, object] = {
        "output": ran(code),
        "both_moved": ran(program(in_place, in_place)),
        "swapped": ran(program(*reversed(ways))),
        "none_moved": ran(program(rebound, rebound)),
        "uphill": ran(program(*ways, rate=-lr)),
    }
    return Drawn(shown={"code": code}, values=values)


_TWO_WAYS = """\
import torch
a, b = (torch.tensor({start}, requires_grad=True) for _ in range(2))
({slope} * a + {slope} * b).backward()
lr = {lr}
with torch.no_grad():
    for p in [a]:
        {first}
    for p in [b]:
        {second}
print(a.item(), b.item())"""


def _walk(k: float, start: float, lr: float, *, steps: int, clear: bool = True) -> list[float]:
    """The places to which steps of torch's SGD lead in the valley k·θ²."""
    place = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    optimizer, path = torch.optim.SGD([place], lr=lr), []
    for _ in range(steps):
        if clear:
            optimizer.zero_grad()
        (k * place**2).sum().backward()
        optimizer.step()
        path.append(place.item())
    return path


def _apart(values: dict[str, float], gap: float) -> bool:
    """Whether all values are at least that far from each other."""
    return all(abs(a - b) >= gap for a, b in combinations(values.values(), 2))
