"""The drawn numbers of exercise 10's concept questions: the right values come from torch's own AdamW and Adam."""

from __future__ import annotations

import random

import torch

from grader.questions.drawn import Drawn, differ, ran


def first_adamw_step(draw: random.Random) -> Drawn:
    """One step of AdamW with a decay that can't be overlooked."""
    while True:
        w, g = draw.choice([-4.0, -2.0, 2.0, 3.0, 4.0, 5.0]), draw.choice([-1, 1]) * draw.choice([0.03, 0.2, 7.0, 60.0])
        lr, decay = draw.choice([0.1, 0.2]), draw.choice([0.3, 0.4, 0.5, 0.6])
        undecayed = _after(torch.optim.AdamW, w, g, lr=lr, decay=0.0)
        values = {
            "value": _after(torch.optim.AdamW, w, g, lr=lr, decay=decay) - w,
            "after": undecayed * (1 - lr * decay) - w,
            "whole_decay": undecayed - decay * w - w,
            "l2": _after(torch.optim.Adam, w, g, lr=lr, decay=decay) - w,
            "decay_alone": _after(torch.optim.AdamW, w, 0.0, lr=lr, decay=decay) - w,
        }
        if differ(values, tolerance=0.002):
            return Drawn(shown={"w": f"{w:g}", "g": f"{g:g}", "lr": f"{lr:g}", "decay": f"{decay:g}"}, values=values)


def unlike_gradients(draw: random.Random) -> Drawn:
    """Small and large alternating gradients; what each weight loses is measured by two runs of Adam."""
    while True:
        small, large = draw.choice([0.005, 0.01, 0.02]), draw.choice([5.0, 10.0, 20.0])
        decay, steps = draw.choice([0.05, 0.1, 0.2]), draw.choice([100, 200])
        ends = []
        for used in (0.0, decay):
            w = torch.ones(2, dtype=torch.float64)
            optimizer = torch.optim.Adam([w], lr=0.01, weight_decay=used)
            for step in range(steps):
                w.grad = torch.tensor([small, large], dtype=torch.float64) * (-1) ** step
                optimizer.step()
            ends.append(w)
        first, second = (ends[0] - ends[1]).tolist()
        if first > 5 * abs(second):
            break
    return Drawn(shown={"small": f"{small:g}", "large": f"{large:g}", "decay": f"{decay:g}", "steps": str(steps)})


def group_defaults(draw: random.Random) -> Drawn:
    """Three groups: one with a decay of its own, one with 0.0, and one that names none."""
    while True:
        own, default, lr = draw.choice([0.4, 0.5, 0.8]), draw.choice([0.1, 0.2, 0.3]), draw.choice([0.1, 0.5])
        groups = [f"{own}", "0.0", ""]
        draw.shuffle(groups)
        code = _groups(groups, lr=lr, default=default)
        values: dict[str, object] = {
            "output": ran(code),
            "no_default": ran(_groups([g or "0.0" for g in groups], lr=lr, default=default)),
            "default_for_all": ran(_groups([""] * 3, lr=lr, default=default)),
            "zero_is_missing": ran(_groups(["" if g == "0.0" else g for g in groups], lr=lr, default=default)),
            "no_rate": ran(_groups(groups, lr=1.0, default=default)),
            "untouched": ran(_groups(["0.0"] * 3, lr=lr, default=default)),
        }
        if len(set(values.values())) == len(values):
            return Drawn(shown={"code": code}, values=values)


_GROUPS = """\
import torch
a, b, c = (torch.ones(1, dtype=torch.float64) for _ in range(3))
groups = [{groups}]
adamw = torch.optim.AdamW(groups, lr={lr}, weight_decay={default})
for p in (a, b, c):
    p.grad = torch.zeros_like(p)
adamw.step()
print([round(p.item(), 3) for p in (a, b, c)])"""


def _groups(decays: list[str], *, lr: float, default: float) -> str:
    """The program with these weight decays of the groups, "" where a group names none."""
    own = [f', "weight_decay": {decay}' if decay else "" for decay in decays]
    groups = ", ".join(f'{{"params": [{name}]{decay}}}' for name, decay in zip("abc", own, strict=True))
    return _GROUPS.format(groups=groups, lr=lr, default=default)


def _after(optimizer: type[torch.optim.Adam], w: float, g: float, *, lr: float, decay: float) -> float:
    """What one step makes of w."""
    p = torch.full((1,), w, dtype=torch.float64)
    p.grad = torch.full_like(p, g)
    optimizer([p], lr=lr, weight_decay=decay).step()
    return p.item()
