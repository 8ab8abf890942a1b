"""Numbers that a rule by hand has instead of those asked for, whatever they are: solved for, not picked from a list.

A rule's steps are a smooth function of its numbers. Those that made given steps are a least-squares solution, found by Gauss
and Newton's method from a grid of starts (Nocedal & Wright 2006, section 10.3), with the learning rate's ratio to the one asked
for left free. What is found is held against the steps to the last digits afterwards, like any other rule.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader.diagnosis.rules.by_hand import Slip, walk
from grader.diagnosis.rules.said import Said
from grader.diagnosis.rules.steps import Steps

STEPS = 6  # that are solved with
BEST = 16  # starts that are followed
TURNS = 9  # of Gauss and Newton
NEAR, SOLVED = 0.5, 1e-6  # relative: residuals worth following, and of a solution


@dataclass(frozen=True)
class Free:
    """One or two numbers of a line that may be any.

    Attributes:
        line: where they are said.
        starts: (G, K) what to begin with.
        option: what the line says, given K numbers.
    """

    line: str
    starts: Tensor
    option: Callable[[Mapping[str, Any], Sequence[float]], str]


def _beta(far: float) -> float:
    """A decay rate from the decimal logarithm of its distance to 1."""
    return 1 - float(10.0 ** min(far, 1.0))


def _column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None]


FADING = torch.cat([torch.linspace(-4, -1, 10, dtype=torch.float64), torch.linspace(-0.9, 0, 14, dtype=torch.float64)])[:, None]
SCALES = torch.linspace(-3, 3, 24, dtype=torch.float64)[:, None]
FREE: dict[str, tuple[Free, ...]] = {
    "Adam": (
        Free("betas", FADING, lambda asked, x: f"{_beta(x[0])!r}, {asked['betas'][1]!r}"),
        Free("betas", FADING, lambda asked, x: f"{asked['betas'][0]!r}, {_beta(x[0])!r}"),
        Free("epsilon", torch.linspace(-32, 2, 35, dtype=torch.float64)[:, None], lambda _, x: f"{10.0 ** min(x[0], 9)!r}"),
        Free("scale", SCALES, lambda _, x: f"times {10.0 ** min(x[0], 9)!r}"),
        Free("betas", torch.cartesian_prod(FADING[2::3, 0], FADING[2::3, 0]), lambda _, x: f"{_beta(x[0])!r}, {_beta(x[1])!r}"),
    ),
    "SGD": (
        Free("momentum", FADING, lambda _, x: repr(_beta(x[0]))),
        Free("fading", FADING, lambda _, x: repr(_beta(x[0]))),
        Free("dampening", _column(*(k / 10 for k in range(-10, 10))), lambda _, x: repr(float(x[0]))),
        Free("scale", SCALES, lambda _, x: f"times {10.0 ** min(x[0], 9)!r}"),
    ),
}


def solve(
    family: str, settings: Mapping[str, Any], steps: Steps, free: Free, beside: Sequence[Slip | None], as_asked: bool
) -> Iterator[frozenset[Slip]]:
    """The slips that come near the steps: the number or numbers solved for, with each of these others or none beside them.

    Args:
        steps: of one case, on few coordinates.
        beside: slips in other lines.
        as_asked: whether the learning rates are those asked for; else their ratio to these is left free.
    """
    others = [slip for slip in beside if slip is not None]
    at = torch.tensor([len(others) if slip is None else others.index(slip) for slip in beside])
    target, weights = _target(steps)

    def residuals(x: Tensor, which: Tensor) -> Tensor:
        """(N, M) of N points (N, K), each with a slip beside it."""
        points: dict[str, int] = {}
        numbers = [points.setdefault(free.option(settings, point), len(points)) for point in x.tolist()]
        options = [*others, (free.line, ""), *((free.line, option) for option in points)]
        rows = torch.stack([at[which], torch.tensor(numbers) + len(others) + 1], 1)
        directions = torch.stack(list(walk(family, steps, settings, Said(options, rows), STEPS)), 1)
        rates = torch.tensor([steps.rate(k) for k in range(directions.shape[1])], dtype=torch.float64)
        made = (directions * rates[:, None]).flatten(1) * weights
        made = torch.where(torch.isfinite(made), made, 0.0).clamp(-1e9, 1e9)
        if as_asked:
            return target - made
        ratio = (made @ target) / (made * made).sum(1).clamp(min=1e-300)
        return target - ratio[:, None] * made

    count, size = len(free.starts), len(beside)
    which = torch.arange(size).repeat_interleave(count)
    starts = free.starts.repeat(size, 1)
    error = residuals(starts, which).norm(dim=1).reshape(size, count)
    low, first = error.min(1)
    best = low.argsort()[:BEST]
    best = best[low[best] < NEAR]
    if not len(best):
        return
    x = _descend(residuals, starts[best * count + first[best]], best)
    error = residuals(x, best).norm(dim=1)
    for row in error.argsort().tolist():
        if error[row] < SOLVED:
            slip = beside[int(best[row])]
            yield frozenset([(free.line, free.option(settings, x[row].tolist())), *([slip] if slip is not None else [])])


def _descend(residuals: Callable[[Tensor, Tensor], Tensor], x: Tensor, which: Tensor) -> Tensor:
    """(N, K) where Gauss and Newton's steps lead; each is halved where it leads uphill."""
    many, width = x.shape
    damped = torch.ones(many, 1, dtype=torch.float64)
    here = residuals(x, which)
    for _ in range(TURNS):
        off = 1e-6 * torch.eye(width, dtype=torch.float64)
        around = (x[:, None] + off).reshape(-1, width)
        slopes = (residuals(around, which.repeat_interleave(width)).reshape(many, width, -1) - here[:, None]) / 1e-6
        step = torch.linalg.lstsq(slopes.transpose(1, 2), -here[:, :, None]).solution[:, :, 0].nan_to_num(0.0, 0.0, 0.0)
        there = x + damped * step.clamp(-1, 1)
        new = residuals(there, which)
        better = (new.norm(dim=1) <= here.norm(dim=1))[:, None]
        x, here = torch.where(better, there, x), torch.where(better, new, here)
        damped = torch.where(better, 1.0, damped / 4)
    return x


def _target(steps: Steps) -> tuple[Tensor, Tensor]:
    """(M,) the changes of the first steps, each coordinate's of one size and 1 together, and what they were multiplied by."""
    change = steps.change[:STEPS].nan_to_num(0.0, 0.0, 0.0)
    largest = change.abs().amax(0, keepdim=True)
    weights = torch.where(largest > 0, 1 / largest, 0.0).expand_as(change)
    target = (change * weights).flatten()
    length = float(target.norm()) or 1.0
    return target / length, weights.flatten() / length
