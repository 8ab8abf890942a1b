"""The drawn numbers of exercise 08's concept questions: every value comes from torch.optim.SGD itself."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

from grader.questions.drawn import Drawn, differ, ran


def fixed_steps(draw: random.Random) -> Drawn:
    """Two steps of plain SGD, on a steep and on a flat slope."""
    lr, flat = draw.choice([0.05, 0.2, 0.3]), draw.choice([0.2, 0.6, 0.7])
    steep = flat * draw.choice([4, 5, 8])
    steep_step, flat_step = (-move for move in _moves([steep, flat], lr=lr))
    shown = {"lr": lr, "steep": steep, "flat": flat, "steep_step": steep_step, "flat_step": flat_step}
    return Drawn(shown={name: f"{value:.6g}" for name, value in shown.items()})


def third_move(draw: random.Random) -> Drawn:
    """Three steps with momentum, of which the third is asked for."""
    while True:
        gradients = [float(draw.choice([-4, -3, -2, -1, 1, 2, 3, 4])) for _ in range(3)]
        lr, momentum = draw.choice([0.1, 0.01, 0.2]), draw.choice([0.5, 0.8, 0.9])
        moves = _moves(gradients, lr=lr, momentum=momentum)
        values = {
            "value": moves[2],
            "plain": _moves(gradients, lr=lr)[2],
            "averaged": _moves(gradients, lr=lr * (1 - momentum), momentum=momentum)[2],
            "previous": moves[1],
            "whole_way": sum(moves),
            "uphill": -moves[2],
        }
        if differ(values):
            break
    shown = {"g1": gradients[0], "g2": gradients[1], "g3": gradients[2], "lr": lr, "momentum": momentum}
    return Drawn(shown={name: f"{value:g}" for name, value in shown.items()}, values=values)


def rate_falls(draw: random.Random) -> Drawn:
    """A step without a slope, just after the learning rate has fallen to a tenth."""
    momentum, lr, steps = draw.choice([0.5, 0.8]), draw.choice([0.1, 0.2, 0.5]), draw.choice([2, 3])
    gradients, low = [1.0] * steps + [0.0], lr / 10
    outside = -_moves(gradients, momentum=momentum, rates=[lr] * steps + [low])[-1]
    inside = -_moves(gradients, lr=lr, momentum=momentum)[-1]
    unfaded = -_moves(gradients, lr=low, momentum=momentum)[-2]
    shown = {"momentum": momentum, "lr": lr, "steps": steps, "low": low}
    shown |= {"outside": outside, "inside": inside, "unfaded": unfaded}
    return Drawn(shown={name: f"{value:.6g}" for name, value in shown.items()})


def dampened(draw: random.Random) -> Drawn:
    """Two dampened steps; multiples of 4, so that all numbers are short and exact."""
    while True:
        first, second = draw.choice([4.0, 8.0, 12.0, 16.0]), draw.choice([4.0, 8.0, 12.0, 16.0])
        momentum, dampening = draw.choice([0.25, 0.5, 0.75]), draw.choice([0.25, 0.5, 0.75])
        setting = {"first": first, "second": second, "momentum": momentum, "dampening": dampening}
        code = _DAMPENED.format(**setting)
        right = ran(code)
        values: dict[str, object] = {
            "output": right,
            "first_too": ran(_DAMPENED.format(**setting | {"first": first * (1 - dampening)})),
            "never": ran(_DAMPENED.format(**setting | {"dampening": 0.0})),
            "positive": right.lstrip("-"),
        }
        if len(set(values.values())) == len(values):
            return Drawn(shown={"code": code}, values=values)


def zero_or_none(draw: random.Random) -> Drawn:
    """Numbers for the setting; that the right answers hold for them is checked by a real step."""
    while True:
        theta, velocity = draw.choice([1.0, 2.0, 4.0]), draw.choice([0.5, 2.0, 3.0])
        lr, momentum, decay = draw.choice([0.1, 0.2]), draw.choice([0.5, 0.8, 0.9]), draw.choice([0.1, 0.2, 0.3])
        p, q = (torch.full((1,), theta, dtype=torch.float64) for _ in range(2))
        optimizer = torch.optim.SGD([p, q], lr=lr, momentum=momentum, weight_decay=decay)
        for parameter in (p, q):
            optimizer.state[parameter]["momentum_buffer"] = torch.full_like(parameter, velocity)
        p.grad = torch.zeros_like(p)
        optimizer.step()
        rolled_and_decayed = theta - lr * (momentum * velocity + decay * theta)
        kept = optimizer.state[q]["momentum_buffer"].item() == velocity and q.item() == theta
        if abs(p.item() - rolled_and_decayed) < 1e-12 and kept:
            break
    shown = {"theta": theta, "velocity": velocity, "lr": lr, "momentum": momentum, "decay": decay}
    return Drawn(shown={name: f"{value:g}" for name, value in shown.items()})


def forgotten_rate(draw: random.Random) -> Drawn:
    """One step at torch's default rate."""
    gradient = float(draw.choice([2, 3, 5, -2, -4]))
    p = torch.zeros(1, dtype=torch.float64)
    optimizer = torch.optim.SGD([p])
    p.grad = torch.full_like(p, gradient)
    optimizer.step()
    whole = _moves([gradient], lr=1.0)[0]
    return Drawn(shown={"g": f"{gradient:g}", "default_step": f"{p.item():.6g}", "whole_step": f"{whole:.6g}"})


_DAMPENED = """\
import torch
p = torch.zeros(1)
sgd = torch.optim.SGD([p], lr=1.0, momentum={momentum}, dampening={dampening})
for g in ({first}, {second}):
    p.grad = torch.tensor([g])
    sgd.step()
print(p.item())"""


def _moves(gradients: Sequence[float], *, lr: float = 1.0, momentum: float = 0.0, rates: Sequence[float] = ()) -> list[float]:
    """By how much each step of torch's SGD changes a parameter that gets these gradients."""
    p = torch.zeros(1, dtype=torch.float64)
    optimizer, moves = torch.optim.SGD([p], lr=lr, momentum=momentum), []
    for step, gradient in enumerate(gradients):
        before, p.grad = p.item(), torch.full_like(p, gradient)
        optimizer.param_groups[0]["lr"] = rates[step] if rates else lr
        optimizer.step()
        moves.append(p.item() - before)
    return moves
