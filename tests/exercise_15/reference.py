"""What exercise_15 asks for: how far a choice comes down, beside the best of a fixed grid.

The walks are torch.optim's own, on the grader's side, from the choice alone. All learning rates of a grid walk at once, each
in a parameter group of its own, and so do as many walkers as the noise asks for: neither optimizer mixes elements.
"""

import math
from functools import cache
from typing import Any

import torch

from grader.reference import take_step, without_dynamo

STEPS = 60
OPTIMIZERS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
GRID = tuple(10 ** (k / 2) for k in range(-8, 4))  # for either optimizer
HIGHEST = 1e3  # learning rate that is taken seriously
ENOUGH = 0.8  # of the best's progress: full marks
ARRIVED = 6.0  # powers of ten: a loss below a millionth of the first counts as a millionth
WALKERS = 16  # each with noise of its own, and none of it met by the learner


def usable(choice: Any) -> bool:
    """Whether it can be judged at all."""
    if not isinstance(choice, dict) or set(choice) != {"optimizer", "lr"}:
        return False
    lr = choice["lr"]
    return choice["optimizer"] in ("adam", "sgd") and type(lr) in (int, float) and 0 < lr <= HIGHEST


def mean_share(run: Any, enough: float = ENOUGH) -> float:
    """The one number of a submission, from 0 to 1: its mean share of the hidden cases; `enough=1` tells the best apart."""
    hidden = [case for case in run.cases if not case.reference.case.shown]
    return sum(share(case.reference, case.trace.returned, enough) for case in hidden) / len(run.exercise.probes.case)


def standings(run: Any) -> dict[str, float]:
    """For the leaderboard: no better than the best of the grid counts for more than it."""
    return {"of the best descent, in %": round(100 * mean_share(run, enough=1.0), 1)}


def share(reference: Any, choice: Any, enough: float = ENOUGH) -> float:
    """What a choice earns on a case, from 0 to 1: 1 from `enough` of the best's progress on, in proportion below."""
    return min(1.0, reached(reference, choice) / enough) if usable(choice) else 0.0


def reached(reference: Any, choice: dict[str, Any]) -> float:
    """A choice's progress over that of the grid's best; 0 where the loss is no lower than at the start, or not a number."""
    make, arguments = reference.sources.problem.Valley, tuple(sorted(reference.case.arguments.items()))
    (here,) = progress(make, arguments, choice["optimizer"], (float(choice["lr"]),))
    return here / best(make, arguments)


@cache
def best(make: Any, arguments: tuple[tuple[str, Any], ...]) -> float:
    """The largest progress on the grid."""
    return max(max(progress(make, arguments, name, GRID)) for name in OPTIMIZERS)


@cache
def progress(make: Any, arguments: tuple[tuple[str, Any], ...], name: str, rates: tuple[float, ...]) -> tuple[float, ...]:
    """For each learning rate, by how many powers of ten the loss, without its noise, falls in all steps; 0 at the least."""
    options = {key: value for key, value in arguments if key != "budget"}
    valley = make(**options)
    walkers = WALKERS if valley.noise or valley.words else 1
    places = [torch.zeros(walkers, valley.dimension, dtype=valley.dtype, requires_grad=True) for _ in rates]
    with torch.no_grad():
        start = float(valley.loss(places[0]).mean())
    with without_dynamo():
        optimizer = OPTIMIZERS[name]([{"params": [place], "lr": lr} for place, lr in zip(places, rates, strict=True)])
    noise = torch.Generator().manual_seed(options["seed"] + 48_611)
    for _ in range(STEPS):
        loss = valley.loss(torch.stack(places), noise).sum()
        for place, gradient in zip(places, torch.autograd.grad(loss, places), strict=True):
            place.grad = gradient
        take_step(optimizer)
    with torch.no_grad():
        ends = valley.loss(torch.stack(places)).mean(-1).tolist()
    return tuple(_powers_of_ten(start, end) for end in ends)


def _powers_of_ten(start: float, end: float) -> float:
    if not math.isfinite(end):
        return 0.0
    return min(ARRIVED, max(0.0, math.log10(start / max(end, 1e-9 * start))))
