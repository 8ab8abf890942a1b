"""The drawn numbers of exercise 04's concept questions: losses, gradients and steps are all torch's own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import torch

from grader.questions.drawn import Drawn, ran


def epoch_loss(draw: random.Random) -> Drawn:
    """Three batches of different sizes, and torch's losses for each of them and for all examples together."""
    mse = torch.nn.functional.mse_loss
    while True:
        sizes = sorted((draw.choice([8, 10, 16]), draw.choice([4, 5, 6]), draw.choice([2, 3])), key=lambda _: draw.random())
        errors = [torch.full((n,), draw.choice([0.5, 1.0, 1.5, 2.0, 3.0, 4.0]), dtype=torch.float64) for n in sizes]
        losses = [mse(error, torch.zeros_like(error)).item() for error in errors]
        together = torch.cat(errors)
        values = {
            "value": mse(together, torch.zeros_like(together)).item(),
            "mean_of_means": sum(losses) / 3,
            "last": losses[-1],
            "divided_by_batches": (together**2).sum().item() / 3,
            "not_weighted": sum(losses) / len(together),
            "sum": sum(losses),
        }
        if _apart(values, 0.05 * values["value"]):
            break
    shown = {f"n{i}": f"{n:2}" for i, n in enumerate(sizes, start=1)}
    shown |= {f"l{i}": f"{loss:g}" for i, loss in enumerate(losses, start=1)}
    return Drawn(shown=shown, values=values)


def flipping_slope(draw: random.Random) -> Drawn:
    """The steps of SGD with momentum, where the slope flips each time."""
    while True:
        g, lr = draw.choice([0.5, 2.0, 3.0, 4.0, 6.0]), draw.choice([0.02, 0.05, 0.1])
        momentum = draw.choice([0.5, 0.6, 0.8, 0.9])
        flipping, agreeing = [g if t % 2 == 0 else -g for t in range(400)], [g] * 400
        right = abs(_moves(flipping, lr=lr, momentum=momentum)[-1])
        values = {
            "value": right,
            "plain": abs(_moves(flipping, lr=lr)[-1]),
            "agreeing": abs(_moves(agreeing, lr=lr, momentum=momentum)[-1]),
            "no_rate": abs(_moves(flipping, lr=1.0, momentum=momentum)[-1]),
            "averaged": right * (1 - momentum),
            "last_two": abs(_moves(flipping[:2], lr=lr, momentum=momentum)[-1]),
        }
        if _apart(values, 0.06 * right):
            return Drawn(shown={"g": f"{g:g}", "lr": f"{lr:g}", "momentum": f"{momentum:g}"}, values=values)


def how_many_steps(draw: random.Random) -> Drawn:
    """A count of the steps that an optimizer of torch's takes in a correct loop."""
    while True:
        size, full, epochs = draw.choice([4, 8, 10]), draw.randint(2, 6), draw.choice([2, 3, 4, 5])
        examples = size * full + draw.randint(1, size - 1)
        w = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.1)
        taken: list[int] = []
        optimizer.register_step_post_hook(lambda *_, taken=taken: taken.append(1))
        for _ in range(epochs):
            for batch in torch.ones(examples).split(size):
                optimizer.zero_grad()
                (w * batch).mean().backward()
                optimizer.step()
        values = {
            "value": len(taken),
            "dropped": full * epochs,
            "once_an_epoch": epochs,
            "each_example": examples * epochs,
            "one_epoch": full + 1,
        }
        if len(set(values.values())) == len(values):
            return Drawn(shown={"examples": str(examples), "size": str(size), "epochs": str(epochs)}, values=values)


def indentation(draw: random.Random) -> Drawn:
    """A loop with step() on the outer level, and zero_grad() on either; which gradient it follows is tried out."""
    code = draw.choice([_STEP_OUTSIDE, _BOTH_OUTSIDE])
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    inputs = [torch.full((n,), x, dtype=torch.float64) for n, x in ((4, 1.0), (2, 3.0), (3, 2.0))]
    batches = [(X, torch.ones_like(X)) for X in inputs]
    names: dict[str, Any] = {
        "batches": batches,
        "optimizer": torch.optim.SGD([w], lr=1.0),
        "model": lambda X: X * w,
        "loss_fn": torch.nn.functional.mse_loss,
    }
    exec(code, names)
    followed, gradients = -w.item(), [_slope(X, y) for X, y in batches]
    X, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    candidates = {"last": gradients[-1], "total": sum(gradients), "mean": _slope(X, y), "first": gradients[0]}
    (right,) = (name for name, gradient in candidates.items() if abs(gradient - followed) < 1e-9)
    return Drawn(shown={"code": code}, values={"right": right})


def what_is_stochastic(draw: random.Random) -> Drawn:
    """Numbers for the setting; that nothing is random is checked by doing it twice."""
    examples, epochs = draw.choice([32, 64, 100]), draw.choice([3, 5, 10])
    X, y = torch.linspace(-1, 1, examples), torch.linspace(0, 2, examples)
    ends = []
    for _ in range(2):
        w = torch.ones(1, requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.01)
        for _ in range(epochs):
            optimizer.zero_grad()
            ((w * X - y) ** 2).mean().backward()
            optimizer.step()
        ends.append(w.item())
    if ends[0] != ends[1]:
        raise AssertionError("torch.optim.SGD made two different runs of one")
    return Drawn(shown={"examples": str(examples), "epochs": str(epochs)})


def perfect_prediction(draw: random.Random) -> Drawn:
    """A prediction of shape (2, 1) and a target of shape (2,): equal numbers, and a loss that isn't 0."""
    a, b = (float(x) for x in draw.sample(range(1, 10), 2))
    code = _PERFECT.format(a=a, b=b)
    squares = (torch.tensor([[a], [b]]) - torch.tensor([a, b])) ** 2
    values: dict[str, object] = {
        "output": ran(code),
        "zero": ran(code.replace(f"[[{a}], [{b}]]", f"[{a}, {b}]")),
        "wrong_pairs": str(squares[0, 1].item()),
        "sum": ran(code.replace("mean", "sum")),
    }
    return Drawn(shown={"code": code}, values=values)


_STEP_OUTSIDE = """\
for X, y in batches:
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
optimizer.step()"""

_BOTH_OUTSIDE = """\
optimizer.zero_grad()
for X, y in batches:
    loss = loss_fn(model(X), y)
    loss.backward()
optimizer.step()"""

_PERFECT = """\
import torch
prediction = torch.tensor([[{a}], [{b}]])
target = torch.tensor([{a}, {b}])
print(((prediction - target) ** 2).mean().item())"""


def _slope(X: torch.Tensor, y: torch.Tensor) -> float:
    """The gradient of the mean squared error of X·w at w = 0."""
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(torch.nn.functional.mse_loss(X * w, y), w)
    slope: float = gradient.item()
    return slope


def _moves(gradients: Sequence[float], *, lr: float, momentum: float = 0.0) -> list[float]:
    """By how much each step of torch's SGD changes a parameter that gets these gradients."""
    p = torch.zeros(1, dtype=torch.float64)
    optimizer, moves = torch.optim.SGD([p], lr=lr, momentum=momentum), []
    for gradient in gradients:
        before, p.grad = p.item(), torch.full_like(p, gradient)
        optimizer.step()
        moves.append(p.item() - before)
    return moves


def _apart(values: dict[str, float], gap: float) -> bool:
    """Whether all values are at least that far from each other."""
    return all(abs(a - b) >= gap for a, b in combinations(values.values(), 2))
