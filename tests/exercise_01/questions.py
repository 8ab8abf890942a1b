"""The drawn numbers of exercise 01's concept questions: every step is one of torch's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import combinations

import torch

from grader.questions.drawn import Drawn, ran


def whose_step(draw: random.Random) -> Drawn:
    """A first step of SGD or of Adam, with gradients that tell the two apart in four decimals."""
    name = draw.choice(["sgd", "adam"])
    optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[name]
    while True:
        lr, weight, gradient = draw.choice([0.01, 0.02, 0.05]), _weight(draw), _gradient(draw)
        after = _step(optimizer, weight, gradient, lr)
        other = _step({"sgd": torch.optim.Adam, "adam": torch.optim.SGD}[name], weight, gradient, lr)
        if all(abs(a - b) > 0.4 * lr for a, b in zip(after, other, strict=True)):
            return Drawn(shown={"lr": f"{lr:g}"} | _shown(weight, gradient, after), values={"right": name})


def rate_from_step(draw: random.Random) -> Drawn:
    """A first step of Adam, from which its learning rate can be read."""
    while True:
        lr, weight, gradient = draw.choice([0.003, 0.004, 0.006, 0.02, 0.03, 0.07]), _weight(draw), _gradient(draw)
        after = _step(torch.optim.Adam, weight, gradient, lr)
        moves = [abs(a - w) for a, w in zip(after, weight, strict=True)]
        values = {
            "value": lr,
            "divided_first": moves[0] / abs(gradient[0]),
            "divided_second": moves[1] / abs(gradient[1]),
            "both_moves": sum(moves),
            "uncorrected": moves[0] / 10**0.5,
        }
        if all(abs(move - lr) < 1e-6 for move in moves) and _apart(values, 0.06 * lr):
            return Drawn(shown=_shown(weight, gradient, after), values=values)


def window(draw: random.Random) -> Drawn:
    """A window on a weight and a copy of it, printed after a step; the numbers are exact in binary."""
    setting = {"w": float(draw.randint(2, 9)), "g": float(draw.choice([-6, -4, -2, 2, 4, 6])), "lr": draw.choice([0.25, 0.5])}
    live = draw.choice([".detach()", ".data"])
    kinds = [live, ".detach().clone()"]
    draw.shuffle(kinds)

    def printed(first: str, second: str, sign: int = 1) -> str:
        return ran(_WINDOW.format(**setting | {"g": sign * setting["g"]}, first=first, second=second))

    values: dict[str, object] = {
        "output": printed(*kinds),
        "both_kept": printed(".detach().clone()", ".detach().clone()"),
        "both_moved": printed(live, live),
        "swapped": printed(*reversed(kinds)),
        "uphill": printed(*kinds, sign=-1),
    }
    return Drawn(shown={"code": _WINDOW.format(**setting, first=kinds[0], second=kinds[1])}, values=values)


def kept_gradient(draw: random.Random) -> Drawn:
    """A gradient kept without a copy, and what a clearing in place and another backward make of it."""
    a, b = (float(x) for x in draw.sample(range(2, 10), 2))
    code = _KEPT.format(a=a, b=b)
    values: dict[str, object] = {
        "output": ran(code),
        "first": ran(code.replace("w.grad\n", "w.grad.clone()\n")),
        "zeroed": ran("\n".join(line for line in code.splitlines() if str(b) not in line)),
        "added": ran(code.replace("sgd.zero_grad(set_to_none=False)\n", "")),
    }
    return Drawn(shown={"code": code}, values=values)


_WINDOW = """\
import torch
w = torch.tensor([{w}], requires_grad=True)
sgd = torch.optim.SGD([w], lr={lr})
a = w{first}
b = w{second}
w.grad = torch.tensor([{g}])
sgd.step()
print(a.item(), b.item())"""

_KEPT = """\
import torch
w = torch.tensor([1.0], requires_grad=True)
sgd = torch.optim.SGD([w], lr=0.1)
({a} * w).sum().backward()
kept = w.grad
sgd.zero_grad(set_to_none=False)
({b} * w).sum().backward()
print(kept.item())"""


def _weight(draw: random.Random) -> list[float]:
    """Two weights of four decimals."""
    return [draw.choice([-1, 1]) * draw.randint(1000, 9999) / 1e4 for _ in range(2)]


def _gradient(draw: random.Random) -> list[float]:
    """Two gradients, far from 1 and from each other in size, and each large enough to be seen in lr times itself."""
    sizes = [draw.randint(40, 99) / 1e3, draw.randint(20, 59) / 1e2]
    draw.shuffle(sizes)
    return [draw.choice([-1, 1]) * size for size in sizes]


def _step(
    optimizer: Callable[..., torch.optim.Optimizer], weight: Sequence[float], gradient: Sequence[float], lr: float
) -> list[float]:
    """The weight after the first step of a new optimizer."""
    p = torch.tensor(weight, dtype=torch.float64)
    p.grad = torch.tensor(gradient, dtype=torch.float64)
    optimizer([p], lr=lr).step()
    numbers: list[float] = p.tolist()
    return numbers


def _shown(weight: Sequence[float], gradient: Sequence[float], after: Sequence[float]) -> dict[str, str]:
    """The lines of the printout, in four decimals."""
    named = {"w": weight, "g": gradient, "a": after}
    return {f"{name}{i}": f"{x:.4f}" for name, pair in named.items() for i, x in enumerate(pair, start=1)}


def _apart(values: dict[str, float], gap: float) -> bool:
    """Whether all values are at least that far from each other."""
    return all(abs(a - b) >= gap for a, b in combinations(values.values(), 2))
