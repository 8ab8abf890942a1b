"""The drawn numbers of exercise 14's concept questions: the values come from torch's own losses and steps."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import torch
from torch import nn

from grader.questions.drawn import Drawn, differ, ran


def lowest_loss(draw: random.Random) -> Drawn:
    """Cross-entropy of probabilities, at its very best."""
    while True:
        classes = draw.choice([3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 100])
        sure, target = torch.eye(classes, dtype=torch.float64), torch.arange(classes)
        values = {
            "value": nn.CrossEntropyLoss()(sure, target).item(),
            "zero": nn.CrossEntropyLoss()(1000 * sure, target).item(),
            "guessing": nn.CrossEntropyLoss()(0 * sure, target).item(),
            "two_classes": nn.CrossEntropyLoss()(torch.eye(2, dtype=torch.float64), torch.arange(2)).item(),
        }
        if differ(values):
            return Drawn(shown={"classes": str(classes)}, values=values)


def nan_compared(draw: random.Random) -> Drawn:
    """Three comparisons with NaN, not all of them by order."""
    while True:
        asked = [*draw.sample(["last > first", "last < first", "last <= first", "last >= first"], 1)]
        asked += draw.sample(["not last <= first", "not last > first", "not last < first", "last != last", "last == last"], 2)
        draw.shuffle(asked)
        lines = [f"first, last = {draw.choice([10.0, 4.5, 0.8])}, float('nan')", f"print({', '.join(asked)})"]
        code = "\n".join(lines)
        values: dict[str, object] = {
            "output": ran(code),
            "as_large": ran(code.replace("'nan'", "'inf'")),
            "as_small": ran(code.replace("'nan'", "'-inf'")),
            "all_false": "False False False",
        }
        if len(set(values.values())) == len(values):
            return Drawn(shown={"code": code}, values=values)


def who_gets_a_gradient(draw: random.Random) -> Drawn:
    """Three layers: one before a detach(), one after it, one without a part in it all."""
    cut, used, unused = draw.sample(["a", "b", "c"], 3)
    code = _THREE_LAYERS.format(cut=cut, used=used)
    values: dict[str, object] = {"output": ran(code)}
    for name, reached in {
        "through_detach": {cut, used},
        "unused_too": {used, unused},
        "everybody": {cut, used, unused},
        "other_side": {cut},
    }.items():
        values[name] = str([layer in reached for layer in "abc"])
    return Drawn(shown={"code": code}, values=values)


def loss_changes(draw: random.Random) -> Drawn:
    """Losses of a model with dropout whose parameters never move."""
    while True:
        torch_random = torch.get_rng_state()
        torch.manual_seed(draw.randrange(10_000))
        model = nn.Sequential(nn.Linear(5, 20), nn.Tanh(), nn.Dropout(0.5), nn.Linear(20, 1))
        X, y = torch.randn(16, 5), torch.randn(16, 1)
        losses = [f"{nn.functional.mse_loss(model(X), y).item():.3f}" for _ in range(4)]
        torch.set_rng_state(torch_random)
        if len(set(losses)) == 4 and losses != sorted(losses, reverse=True):
            return Drawn(shown={f"l{i}": loss for i, loss in enumerate(losses, start=1)})


def highest_rate(draw: random.Random) -> Drawn:
    """2/h, with the second derivative h from autograd, and tried with steps of SGD on either side."""
    while True:
        k, c = draw.choice([0.4, 2.5, 4.0, 5.0, 8.0, 20.0]), float(draw.choice([-3, 2, 5]))
        w = torch.zeros((), dtype=torch.float64)
        h = float(torch.func.hessian(_parabola(k, c))(w))
        values = {"value": 2 / h, "forgot_two": 2 / k, "one_step": 1 / h, "inverted": h / 2}
        if differ(values) and _falls(k, c, 0.98 * values["value"]) and not _falls(k, c, 1.02 * values["value"]):
            return Drawn(shown={"k": f"{k:g}", "c": f"{c:g}"}, values=values)


_THREE_LAYERS = """\
import torch
from torch import nn
a, b, c = (nn.Linear(2, 2) for _ in range(3))
x = torch.ones(1, 2)
prediction = {used}({cut}(x).detach())
prediction.sum().backward()
print([layer.weight.grad is not None for layer in (a, b, c)])"""


def _parabola(k: float, c: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """The loss of the question."""
    return lambda w: k * (w - c) ** 2


def _falls(k: float, c: float, lr: float) -> bool:
    """Whether the loss falls at each of ten steps."""
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer, last = torch.optim.SGD([w], lr=lr), math.inf
    for _ in range(10):
        optimizer.zero_grad()
        loss = _parabola(k, c)(w)
        if loss.item() >= last:
            return False
        last = loss.item()
        loss.backward()
        optimizer.step()
    return True
