"""The drawn numbers of exercise 13's concept questions: rates and gradients are those that torch makes."""

from __future__ import annotations

import math
import random
from itertools import combinations

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from grader.questions.drawn import Drawn, ran


def staircase(draw: random.Random) -> Drawn:
    """The rate of the last epoch before a fall, so that an early fall shows."""
    while True:
        lr, gamma, step_size = draw.choice([0.1, 0.2, 0.4, 0.8]), draw.choice([0.5, 0.6, 0.8]), draw.choice([2, 3, 4])
        epoch, batches = step_size * draw.choice([2, 3]) - 1, draw.choice([2, 3, 5])
        values = {
            "value": _rates(lr, step_size, gamma, epoch)[epoch],
            "every_epoch": _rates(lr, 1, gamma, epoch)[epoch],
            "early": _rates(lr, step_size, gamma, epoch + 1)[epoch + 1],
            "every_batch": _rates(lr, step_size, gamma, epoch * batches)[epoch * batches],
            "constant": lr,
        }
        if _differ(values):
            break
    shown = {"lr": lr, "gamma": gamma, "step_size": step_size, "epoch": epoch, "batches": batches}
    return Drawn(shown={name: f"{value:g}" for name, value in shown.items()}, values=values)


def clipped_entry(draw: random.Random) -> Drawn:
    """Three gradients with a whole number for a norm, clipped well below it."""
    while True:
        numbers = list(draw.choice([(2, 10, 11), (2, 6, 9), (6, 10, 15), (3, 14, 18), (4, 5, 20), (6, 13, 18), (8, 9, 12)]))
        draw.shuffle(numbers)
        norm = math.isqrt(sum(n * n for n in numbers))
        a, b, c = (draw.choice([-1.0, 1.0]) * n for n in numbers)
        limit = norm / draw.choice([2, 4, 5])
        values = {
            "value": _clipped(a, b, c, limit),
            "by_value": _cut_off(a, limit),
            "each": _clipped(a, b, 0.0, limit),
            "by_sum": _clipped(a, b, c, limit, norm_type=1.0),
            "by_largest": _clipped(a, b, c, limit, norm_type=math.inf),
            "unclipped": a,
        }
        if norm**2 == sum(n * n for n in numbers) and _differ(values):
            break
    shown = {"a": f"{a:.1f}", "b": f"{b:.1f}", "c": f"{c:.1f}", "norm": str(norm), "limit": f"{limit:g}"}
    return Drawn(shown=shown, values=values)


def short_gradient(draw: random.Random) -> Drawn:
    """A gradient whose norm is below the limit."""
    a, b = draw.choice([(3.0, 4.0), (6.0, 8.0), (8.0, 6.0), (-3.0, 4.0), (4.0, -3.0), (-6.0, 8.0)])
    factor = draw.choice([2, 4, 5, 10])
    norm, limit = math.hypot(a, b), factor * math.hypot(a, b)
    code = _SHORT.format(a=a, b=b, limit=limit)
    values: dict[str, object] = {
        "output": ran(code),
        "rescaled": f"{norm} {[factor * a, factor * b]}",
        "rescaled_to_limit": f"{limit} {[factor * a, factor * b]}",
        "returns_limit": f"{limit} {[a, b]}",
    }
    return Drawn(shown={"code": code}, values=values)


def rate_by_hand(draw: random.Random) -> Drawn:
    """Powers of two, so that the sums are exact."""
    lr, epochs = draw.choice([0.5, 1.0, 2.0, 4.0]), draw.choice([2, 3, 4])
    code = _BY_HAND.format(lr=lr, epochs=epochs)
    right = ran(code)
    values: dict[str, object] = {
        "output": right,
        "obeyed": ran(code.replace("sgd.lr =", 'sgd.param_groups[0]["lr"] =')),
        "last_rate": str(-lr * 0.5 ** (epochs - 1) * epochs),
        "uphill": right.lstrip("-"),
    }
    if len(set(values.values())) < len(values):
        return rate_by_hand(draw)
    return Drawn(shown={"code": code}, values=values)


_SHORT = """\
import torch
p = torch.zeros(2)
p.grad = torch.tensor([{a}, {b}])
norm = torch.nn.utils.clip_grad_norm_([p], max_norm={limit})
print(norm.item(), p.grad.tolist())"""

_BY_HAND = """\
import torch
p = torch.zeros(1)
sgd = torch.optim.SGD([p], lr={lr})
for epoch in range({epochs}):
    sgd.lr = {lr} * 0.5**epoch
    p.grad = torch.ones(1)
    sgd.step()
print(p.item())"""


def _rates(lr: float, step_size: int, gamma: float, falls: int) -> list[float]:
    """The rates of StepLR, from the first to that after so many calls of step()."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=step_size, gamma=gamma)
    rates = [lr]
    for _ in range(falls):
        optimizer.step()
        scheduler.step()
        rates.append(float(optimizer.param_groups[0]["lr"]))
    return rates


def _clipped(a: float, b: float, c: float, limit: float, norm_type: float = 2.0) -> float:
    """The weight's first gradient after clipping."""
    weight, bias = torch.zeros(2, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    weight.grad, bias.grad = torch.tensor([a, b], dtype=torch.float64), torch.tensor([c], dtype=torch.float64)
    clip_grad_norm_([weight, bias], limit, norm_type=norm_type)
    return weight.grad[0].item()


def _cut_off(a: float, limit: float) -> float:
    """One gradient, clipped by value."""
    p = torch.zeros(1, dtype=torch.float64)
    p.grad = torch.full_like(p, a)
    clip_grad_value_([p], limit)
    return p.grad.item()


def _differ(values: dict[str, float], tolerance: float = 0.01) -> bool:
    """Whether the right value is more than five tolerances away from every wrong one, and no two wrong ones are alike."""
    right, gap = values["value"], 6 * tolerance * abs(values["value"])
    far = all(abs(v - right) > gap for name, v in values.items() if name != "value")
    return far and not any(math.isclose(a, b, rel_tol=3 * tolerance) for a, b in combinations(values.values(), 2))
