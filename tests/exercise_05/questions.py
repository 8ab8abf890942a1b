"""The drawn numbers of exercise 05's concept questions: gradients pile up in torch's own .grad."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import combinations

import torch

from grader.questions.drawn import Drawn, ran


def never_cleared(draw: random.Random) -> Drawn:
    """Slopes that agree and a last one that doesn't; that the right answers hold is checked on real steps."""
    while True:
        n, g, lr = draw.randint(4, 9), draw.choice([0.5, 2.0, 3.0, 4.0]), draw.choice([0.01, 0.02, 0.05])
        slopes = [g] * n + [-g]
        (sgd, found), (cleared, _) = (_last_move(slopes, torch.optim.SGD, lr, clear=clear) for clear in (False, True))
        (adam, _), (adam_cleared, _) = (_last_move(slopes, torch.optim.Adam, lr, clear=clear) for clear in (False, True))
        times = abs(sgd / cleared)
        holds = abs(found - (n - 1) * g) < 1e-9 and abs(times - (n - 1)) < 1e-9 and sgd * cleared < 0 and abs(adam) < 1.9 * lr
        if holds and abs(adam / adam_cleared) < 0.8 * times:
            shown = {"n": n, "g": g, "lr": lr, "sum": found, "times": times}
            return Drawn(shown={name: f"{value:g}" for name, value in shown.items()})


def like_momentum(draw: random.Random) -> Drawn:
    """A learning rate; that momentum=1 alone makes the same steps is checked on a tape of slopes."""
    lr = draw.choice([0.01, 0.05, 0.1, 0.2])
    slopes = [draw.uniform(-2, 2) for _ in range(6)]
    piled, _ = _last_move(slopes, torch.optim.SGD, lr, clear=False)
    settings = {"one": (1.0, 0.0), "nine": (0.9, 0.0), "dampened": (1.0, 0.5)}
    same = []
    for name, (momentum, dampening) in settings.items():
        p = torch.zeros(1, dtype=torch.float64)
        optimizer = torch.optim.SGD([p], lr=lr, momentum=momentum, dampening=dampening)
        for slope in slopes:
            before, p.grad = p.item(), torch.full_like(p, slope)
            optimizer.step()
        if abs(p.item() - before - piled) < 1e-12:
            same.append(name)
    if same != ["one"]:
        raise AssertionError(f"the same steps as without clearing: {same}")
    return Drawn(shown={"lr": f"{lr:g}"})


def unequal_batches(draw: random.Random) -> Drawn:
    """Two batches of different sizes, and the gradient of the mean over all their examples."""
    while True:
        n1, n2 = draw.sample([2, 3, 4, 5, 6, 8, 9, 12], 2)
        g1, g2 = (draw.choice([-1, 1]) * draw.choice([1.0, 2.0, 3.0, 4.0, 6.0, 9.0]) for _ in range(2))
        first, second = torch.full((n1,), g1, dtype=torch.float64), torch.full((n2,), g2, dtype=torch.float64)
        values = {
            "value": _gradient([torch.cat([first, second])]),
            "added": _gradient([first, second]),
            "equal_weights": _gradient([first, second], weights=[1 / 2, 1 / 2]),
            "last_only": _gradient([second]),
            "swapped": _gradient([first, second], weights=[n2 / (n1 + n2), n1 / (n1 + n2)]),
            "sum_over_examples": _gradient([first, second], weights=[n1, n2]),
        }
        accumulated = _gradient([first, second], weights=[n1 / (n1 + n2), n2 / (n1 + n2)])
        right = values["value"]
        if abs(accumulated - right) < 1e-9 and abs(right) > 0.2 and _apart(values, 0.06 * abs(right)):
            width = max(len(str(n1)), len(str(n2)))
            shown = {"n1": f"{n1:{width}}", "n2": f"{n2:{width}}", "g1": f"{g1:g}", "g2": f"{g2:g}"}
            return Drawn(shown=shown, values=values)


def left_over(draw: random.Random) -> Drawn:
    """Five slopes, two to a step, and the gradient that stays behind; all numbers are exact in binary."""
    while True:
        slopes = [float(draw.randint(1, 9)) for _ in range(5)]
        code = _LEFT_OVER.format(slopes=", ".join(str(slope) for slope in slopes))
        right = ran(code)
        values: dict[str, object] = {
            "output": right,
            "stepped": ran(code.replace("if (i + 1) % 2 == 0:", "if i % 2 == 1 or i == 4:")),
            "thrown_away": f"{right.split()[0]} 0.0",
            "not_cleared": ran(code.replace("        sgd.zero_grad(set_to_none=False)\n", "")),
            "uphill": right.removeprefix("-"),
        }
        if len(set(values.values())) == len(values):
            return Drawn(shown={"code": code}, values=values)


_LEFT_OVER = """\
import torch
w = torch.tensor([0.0], requires_grad=True)
sgd = torch.optim.SGD([w], lr=1.0)
for i, slope in enumerate([{slopes}]):
    (w * slope / 2).sum().backward()
    if (i + 1) % 2 == 0:
        sgd.step()
        sgd.zero_grad(set_to_none=False)
print(w.item(), w.grad.item())"""


def _last_move(
    slopes: Sequence[float], optimizer: Callable[..., torch.optim.Optimizer], lr: float, *, clear: bool
) -> tuple[float, float]:
    """By how much the last step changes a parameter on these slopes, and the gradient that it found."""
    p = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    stepping, before, found = optimizer([p], lr=lr), 0.0, 0.0
    for slope in slopes:
        if clear:
            stepping.zero_grad()
        (slope * p).sum().backward()
        assert p.grad is not None
        before, found = p.item(), p.grad.item()
        stepping.step()
    return p.item() - before, found


def _gradient(batches: Sequence[torch.Tensor], weights: Sequence[float] = (1, 1)) -> float:
    """What backward() on each batch's weighted mean loss leaves in .grad; an example's slope is its number."""
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    for batch, weight in zip(batches, weights, strict=False):
        ((w * batch).mean() * weight).backward()
    assert w.grad is not None
    return w.grad.item()


def _apart(values: dict[str, float], gap: float) -> bool:
    """Whether all values are at least that far from each other."""
    return all(abs(a - b) >= gap for a, b in combinations(values.values(), 2))
