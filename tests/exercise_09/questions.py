"""The drawn numbers of exercise 09's concept questions: every right value comes from torch.optim.Adam itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import torch

from grader.questions.drawn import Drawn, differ


def first_step(draw: random.Random) -> Drawn:
    """Adam's first step, for a gradient far from 1."""
    while True:
        g = draw.choice([-1, 1]) * draw.choice([0.004, 0.02, 0.3, 8.0, 40.0, 250.0])
        lr = draw.choice([0.001, 0.005, 0.02, 0.05])
        right = _moves([g], lr=lr)[0]
        m, v = 0.1 * torch.tensor(g, dtype=torch.float64), 0.001 * torch.tensor(g, dtype=torch.float64) ** 2
        values = {
            "value": right,
            "sgd": _moves([g], lr=lr, optimizer=torch.optim.SGD)[0],
            "uphill": -right,
            "uncorrected": -lr * (m / v.sqrt()).item(),
            "v_uncorrected": -lr * (m / 0.1 / v.sqrt()).item(),
            "m_uncorrected": -lr * (m / (v / 0.001).sqrt()).item(),
        }
        if differ(values):
            return Drawn(shown={"g": f"{g:g}", "lr": f"{lr:g}"}, values=values)


def steeper_everywhere(draw: random.Random) -> Drawn:
    """A factor on the loss; that Adam doesn't mind it is checked on ten real steps."""
    while True:
        k = draw.choice([10, 50, 100, 1000])
        gradients = [draw.uniform(0.1, 2.0) * draw.choice([-1, 1]) for _ in range(10)]
        steep = [k * g for g in gradients]
        pairs = zip(_moves(gradients, lr=0.01), _moves(steep, lr=0.01), strict=True)
        sgd = [_moves(tape, lr=0.01, optimizer=torch.optim.SGD)[0] for tape in (gradients, steep)]
        if all(abs(a - b) < 1e-6 for a, b in pairs) and abs(sgd[1] / sgd[0] - k) < 1e-6:
            return Drawn(shown={"k": str(k)})


def slope_turned(draw: random.Random) -> Drawn:
    """Three gradients that agree and a fourth, smaller one, that doesn't; torch goes on as before."""
    while True:
        gradients = [draw.choice([1.0, 2.0, 3.0, 4.0]) for _ in range(3)] + [-draw.choice([0.5, 1.0, 1.5, 2.0])]
        if _moves(gradients, lr=0.01)[3] < -1e-3:
            return Drawn(shown={f"g{i}": f"{g:g}" for i, g in enumerate(gradients, start=1)})


def after_silence(draw: random.Random) -> Drawn:
    """A single gradient after a row of zeros so long that the bias corrections have worn off."""
    while True:
        b1, b2, lr = draw.choice([0.5, 0.6, 0.7, 0.8]), 0.99, draw.choice([0.001, 0.01, 0.1])
        g, silent = draw.choice([0.05, 0.3, 10.0, 20.0, 500.0]), draw.choice([1200, 1500, 2000])
        values = {
            "value": -_moves([0.0] * silent + [g], lr=lr, betas=(b1, b2))[-1] / lr,
            "lr": -_moves([g], lr=lr, betas=(b1, b2))[0] / lr,
            "sgd": -_moves([g], lr=lr, optimizer=torch.optim.SGD)[0] / lr,
            "m_alone": 1 - b1,
            "no_root": (1 - b1) / (1 - b2),
        }
        if differ(values, tolerance=0.02):
            break
    return Drawn(shown={"b1": f"{b1:g}", "b2": f"{b2:g}", "lr": f"{lr:g}", "g": f"{g:g}", "silent": str(silent)}, values=values)


def tiny_gradient(draw: random.Random) -> Drawn:
    """A first gradient of the size of eps."""
    while True:
        eps, lr = draw.choice([1e-4, 1e-3, 1e-2]), draw.choice([0.01, 0.1])
        g = eps * draw.choice([0.25, 0.5, 1, 2, 3, 4])
        v_hat = torch.tensor(g, dtype=torch.float64) ** 2
        values = {
            "value": -_moves([g], lr=lr, eps=eps)[0] / lr,
            "no_eps": -_moves([g], lr=lr, eps=0.0)[0] / lr,
            "inside": (g / (v_hat + eps).sqrt()).item(),
            "before": (g / (((0.001 * v_hat).sqrt() + eps) / 0.001**0.5)).item(),
            "sgd": -_moves([g], lr=lr, optimizer=torch.optim.SGD)[0] / lr,
        }
        if differ(values):
            return Drawn(shown={"g": f"{g:g}", "lr": f"{lr:g}", "eps": f"{eps:g}"}, values=values)


def _moves(
    gradients: Sequence[float],
    *,
    lr: float,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    **options: Any,
) -> list[float]:
    """By how much each step of the optimizer changes a parameter that gets these gradients."""
    p = torch.zeros(1, dtype=torch.float64)
    stepping, moves = optimizer([p], lr=lr, **options), []
    for gradient in gradients:
        before, p.grad = p.item(), torch.full_like(p, gradient)
        stepping.step()
        moves.append(p.item() - before)
    return moves
