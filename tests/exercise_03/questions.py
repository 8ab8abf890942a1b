"""The drawn numbers of exercise 03's concept questions: every step is one of torch.optim.Adam or torch.optim.SGD."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import combinations

import torch

from grader.questions.drawn import Drawn, ran


def after_step(draw: random.Random) -> Drawn:
    """A loss and a gradient, printed when the parameter has moved on; the numbers are exact in binary."""
    while True:
        h, c = (float(x) for x in draw.sample(range(1, 10), 2))
        code = _AFTER_STEP.format(h=h, c=c, lr=draw.choice([0.25, 0.5]))
        again, loss, gradient = f"loss = (h - {c}).square().sum()", "loss.item()", "h.grad.item()"
        moved = code.replace("print", f"{again}\nprint")
        fresh = moved.replace("print", "sgd.zero_grad()\nloss.backward()\nprint")
        right = ran(code)
        values: dict[str, object] = {
            "output": right,
            "loss_again": ran(moved),
            "gradient_again": f"{right.split()[0]} {ran(fresh.replace(f'{loss}, {gradient}', gradient))}",
            "both_again": ran(fresh),
            "cleared": ran(code.replace("print", "sgd.zero_grad(set_to_none=False)\nprint")),
        }
        if len(set(values.values())) == len(values):
            return Drawn(shown={"code": code}, values=values)


def gorge(draw: random.Random) -> Drawn:
    """Slopes for three coordinates; that the right answer holds for them is checked by real steps."""
    while True:
        steps, flat = draw.choice([20, 30, 40]), draw.choice([0.001, 0.002, 0.01, 0.05])
        steep = wall = float(draw.choice([2, 3, 5, 8]))
        a, b = (_way([slope] * steps) for slope in (steep, flat))
        c = _way([wall if t % 2 == 0 else -wall for t in range(steps)])
        if abs(a - b) < 0.001 * abs(a) and abs(c) < 0.15 * abs(a):
            return Drawn(shown={"steps": str(steps), "steep": f"{steep:g}", "flat": f"{flat:g}", "wall": f"{wall:g}"})


def made_in_loop(draw: random.Random) -> Drawn:
    """Four gradients that don't agree in sign, each met by an Adam of its own."""
    while True:
        sign, odd = draw.choice([-1, 1]), draw.randrange(4)
        sizes = [draw.choice([0.2, 0.5, 1.5, 2.0, 3.0, 6.0]) for _ in range(4)]
        gradients = [sign * size * (-1 if i == odd else 1) for i, size in enumerate(sizes)]
        lr = draw.choice([0.01, 0.02, 0.05])
        value = sum(_way([gradient], lr=lr) for gradient in gradients)
        values = {
            "value": value,
            "made_once": _way(gradients, lr=lr),
            "sgd": _way(gradients, lr=lr, optimizer=torch.optim.SGD),
            "one_direction": sum(_way([abs(g) * sign], lr=lr) for g in gradients),
            "uphill": -value,
        }
        if _apart(values, 0.06 * abs(value)):
            return Drawn(shown={"lr": f"{lr:g}"} | {f"g{i}": f"{g:g}" for i, g in enumerate(gradients, start=1)}, values=values)


_AFTER_STEP = """\
import torch
h = torch.tensor([{h}], requires_grad=True)
sgd = torch.optim.SGD([h], lr={lr})
loss = (h - {c}).square().sum()
loss.backward()
sgd.step()
print(loss.item(), h.grad.item())"""


def _way(
    gradients: Sequence[float], *, lr: float = 0.01, optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam
) -> float:
    """How far one optimizer takes a parameter that gets these gradients, and which way."""
    p = torch.zeros(1, dtype=torch.float64)
    stepping = optimizer([p], lr=lr)
    for gradient in gradients:
        p.grad = torch.full_like(p, gradient)
        stepping.step()
    way: float = p.item()
    return way


def _apart(values: dict[str, float], gap: float) -> bool:
    """Whether all values are at least that far from each other."""
    return all(abs(a - b) >= gap for a, b in combinations(values.values(), 2))
