"""The drawn numbers of exercise 07's concept questions: small races, run with torch's own optimizers."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

import torch

from grader.questions.drawn import Drawn, ran


def first_numbers(draw: random.Random) -> Drawn:
    """The lesson's comparison: two new models, and three losses of each."""
    while True:
        X, y = _data(draw)
        adam = _race(_linear(draw, 1), X, y, torch.optim.Adam, 0.001, steps=3)
        sgd = _race(_linear(draw, 1), X, y, torch.optim.SGD, 0.01, steps=3)
        falls = all(losses[0] > losses[1] > losses[2] for losses in (adam, sgd))
        if falls and abs(adam[0] - sgd[0]) > 0.1 * adam[0]:
            named = {"adam": adam, "sgd": sgd}
            shown = {f"{name}{i}": f"{x.item():.4f}" for name, losses in named.items() for i, x in enumerate(losses, start=1)}
            return Drawn(shown=shown)


def put_back(draw: random.Random) -> Drawn:
    """A state_dict that isn't a copy; the numbers are exact in binary."""
    w, slope, lr = float(draw.randint(1, 9)), float(draw.choice([-6, -4, -2, 2, 4, 6])), draw.choice([0.25, 0.5])
    live = draw.choice(["layer.state_dict()", "layer.state_dict().copy()", "dict(layer.state_dict())"])
    code = _PUT_BACK.format(w=w, slope=slope, lr=lr, kept=live)
    values: dict[str, object] = {
        "output": ran(code),
        "reset": ran("import copy\n" + code.replace(live, "copy.deepcopy(layer.state_dict())")),
        "uphill": ran(code.replace(f"lr={lr}", f"lr={lr}, maximize=True")),
        "twice": ran(_PUT_BACK.format(w=w, slope=2 * slope, lr=lr, kept=live)),
    }
    return Drawn(shown={"code": code}, values=values)


def twin_and_optimizer(draw: random.Random) -> Drawn:
    """An optimizer made for one model, and a gradient in the other; the numbers are exact in binary."""
    w, lr = float(draw.randint(1, 9)), draw.choice([0.25, 0.5, 2.0])
    code = _TWIN.format(w=w, lr=lr)
    stays, moves = ran(code.replace("sgd.step()", f"torch.optim.SGD(second.parameters(), lr={lr}).step()")).split()
    values: dict[str, object] = {
        "output": ran(code),
        "second_moved": f"{stays} {moves}",
        "first_moved": f"{moves} {stays}",
        "both_moved": f"{moves} {moves}",
    }
    return Drawn(shown={"code": code}, values=values)


def why_pairs(draw: random.Random) -> Drawn:
    """Many races at once: Adam works entry by entry, so the rows of one matrix are runs that don't know of each other."""
    races = 300
    while True:
        low = draw.choice([0.005, 0.01, 0.015])
        high, steps = low * 1.1, draw.choice([15, 20, 25])
        X, y = _data(draw)
        starts = _linear(draw, races)
        slow, fast = (_race(starts, X, y, torch.optim.Adam, lr, steps=steps)[-1] for lr in (low, high))
        same, own = slow - fast, slow - fast.roll(1)  # rolled by one, each slow run meets a fast one from another start
        if same.std() < 0.2 * own.std() and same.mean() > 0.005:
            break
    shown = {"low": f"{low:g}", "high": f"{high:.3g}", "steps": str(steps), "races": str(races)}
    for name, gaps in (("own", own), ("same", same)):
        shown |= {f"{name}_gap": f"{gaps.mean():+.3f}", f"{name}_spread": f"{gaps.std():.3f}"}
    return Drawn(shown=shown)


def which_is_better(draw: random.Random) -> Drawn:
    """Three runs from one start, in which Adam comes in between two learning rates of SGD; another rate would change that."""
    while True:
        X, y = _data(draw)
        start, steps = _linear(draw, 1), draw.choice([20, 30, 40])
        adam, better_adam = (_race(start, X, y, torch.optim.Adam, lr, steps=steps)[-1].item() for lr in (0.01, 0.1))
        low, high = (_race(start, X, y, torch.optim.SGD, lr, steps=steps)[-1].item() for lr in (0.001, 0.1))
        if high < 0.95 * adam and adam < 0.95 * low and better_adam < 0.9 * adam:
            shown = {"adam_lr": "0.01", "low_lr": "0.001", "high_lr": "0.1"}
            return Drawn(shown=shown | {"adam": f"{adam:.3f}", "low": f"{low:.3f}", "high": f"{high:.3f}"})


_PUT_BACK = """\
import torch
layer = torch.nn.Linear(1, 1, bias=False)
torch.nn.init.constant_(layer.weight, {w})
start = {kept}
({slope} * layer(torch.ones(1, 1))).sum().backward()
torch.optim.SGD(layer.parameters(), lr={lr}).step()
layer.load_state_dict(start)
print(layer.weight.item())"""

_TWIN = """\
import copy, torch
first = torch.nn.Linear(1, 1)
torch.nn.init.constant_(first.weight, {w})
sgd = torch.optim.SGD(first.parameters(), lr={lr})
second = copy.deepcopy(first)
second(torch.ones(1, 1)).sum().backward()
sgd.step()
print(first.weight.item(), second.weight.item())"""


def _data(draw: random.Random) -> tuple[torch.Tensor, torch.Tensor]:
    """32 examples of 10 numbers with random targets, as in the lesson."""
    generator = torch.Generator().manual_seed(draw.getrandbits(31))
    X, y = (torch.randn(32, width, generator=generator, dtype=torch.float64) for width in (10, 1))
    return X, y


def _linear(draw: random.Random, runs: int) -> torch.Tensor:
    """The starting weights of that many nn.Linear(10, 1), one in each row, with the bias in the last column."""
    generator = torch.Generator().manual_seed(draw.getrandbits(31))
    return (2 * torch.rand(runs, 11, generator=generator, dtype=torch.float64) - 1) / 10**0.5


def _race(
    start: torch.Tensor,
    X: torch.Tensor,
    y: torch.Tensor,
    optimizer: Callable[..., torch.optim.Optimizer],
    lr: float,
    *,
    steps: int,
) -> list[torch.Tensor]:
    """The losses of all runs, each before its step: one tensor for each step."""
    weights = copy.deepcopy(start).requires_grad_()
    stepping, losses = optimizer([weights], lr=lr), []
    for _ in range(steps):
        stepping.zero_grad()
        loss = ((X @ weights[:, :-1].T + weights[:, -1] - y) ** 2).mean(dim=0)
        loss.sum().backward()
        stepping.step()
        losses.append(loss.detach())
    return losses
