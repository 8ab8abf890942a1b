"""Numbers that a rule by hand has instead of those asked for, whatever they are: solved for, not picked from a list.

A rule's steps are a smooth function of its numbers. Those that made given steps are a least-squares solution, found by Gauss
and Newton's method from a grid of starts (Nocedal & Wright 2006, section 10.3), with the learning rate's ratio to the one asked
for left free. What is found is held against the steps to the last digits afterwards, like any other rule.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from grader.diagnosis.rules.by_hand import Slip, walk
from grader.diagnosis.rules.said import Said
from grader.diagnosis.rules.steps import Steps

STEPS = 6  # that are solved with
BEST = 16  # starts that are followed
STARTS = {1: 1, 2: 6}  # of each trial, by how many numbers there are
TURNS, FEW = 9, 4  # of Gauss and Newton: at most, and where one start has led to a solution
HOPEFUL = {3: 0.3, 5: 0.1, 7: 1e-3}  # the residual that is worth another turn
NOTHING = 1e-9  # of the eps asked for
OFF = 1e-6  # for slopes by differences
NEAR, SOLVED, DONE = 0.5, 1e-6, 1e-9  # relative: residuals worth following, of a solution, and of one that gets no better


@dataclass(frozen=True, eq=False)
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
        Free("betas", torch.cartesian_prod(FADING[1::2, 0], FADING[1::2, 0]), lambda _, x: f"{_beta(x[0])!r}, {_beta(x[1])!r}"),
    ),
    "SGD": (
        Free("momentum", FADING, lambda _, x: repr(_beta(x[0]))),
        Free("fading", FADING, lambda _, x: repr(_beta(x[0]))),
        Free("dampening", _column(*(k / 10 for k in range(-10, 10))), lambda _, x: repr(float(x[0]))),
        Free("scale", SCALES, lambda _, x: f"times {10.0 ** min(x[0], 9)!r}"),
    ),
}


class Trial(NamedTuple):
    """A line whose numbers are solved for, and a slip beside it, or none."""

    free: Free
    slip: Slip | None

    def slips(self, settings: Mapping[str, Any], x: Sequence[float]) -> frozenset[Slip]:
        """What the rule says, given the numbers."""
        number = (self.free.line, self.free.option(settings, x[: self.free.starts.shape[1]]))
        return frozenset([number] if self.slip is None else [number, self.slip])


def solve(
    family: str, settings: Mapping[str, Any], steps: Steps, trials: Sequence[Trial], ways: Sequence[bool] = (True, False)
) -> Iterator[tuple[Trial, frozenset[Slip]]]:
    """The trials that come near the steps, with the slips that do; those with the learning rates asked for first.

    Args:
        steps: of one case, on few coordinates.
        ways: whether learning rates are those asked for, or free.
    """
    problem = _Problem(family, settings, steps)
    chosen, x, as_asked = _starts(problem, trials, ways)
    if not chosen:
        return
    for row, point in _descend(problem, chosen, x, as_asked):
        if chosen[row].free.line == "epsilon" and 10.0 ** point[0] < NOTHING * settings["eps"]:
            continue  # as good as none, and that is a slip of its own
        yield chosen[row], chosen[row].slips(settings, point)


class _Problem:
    """How far rules are from the steps of a case."""

    def __init__(self, family: str, settings: Mapping[str, Any], steps: Steps) -> None:
        self.settings = settings
        self._family, self._steps = family, steps
        self._target, self._weights = _target(steps)

    def made(self, options: Sequence[Slip], rows: Tensor) -> Tensor:
        """(N, M) the changes that the rules make that say these of the options."""
        directions = torch.stack(list(walk(self._family, self._steps, self.settings, Said(options, rows), STEPS)), 1)
        rates = torch.tensor([self._steps.rate(k) for k in range(directions.shape[1])], dtype=torch.float64)
        made = (directions * rates[:, None]).flatten(1) * self._weights
        return torch.where(torch.isfinite(made), made, 0.0).clamp(-1e9, 1e9)

    def off(self, made: Tensor, as_asked: Tensor) -> Tensor:
        """(N, M) what is left of the changes; `as_asked` (N,): whether the rules' rates are those asked for, or free."""
        ratio = torch.where(as_asked, 1.0, (made @ self._target) / (made * made).sum(1).clamp(min=1e-300))
        return self._target - ratio[:, None] * made

    def at(self, trials: Sequence[Trial], x: Tensor, as_asked: Tensor) -> Tensor:
        """(N, M) the residuals of trials with the numbers x (N, K)."""
        told = [trial.slips(self.settings, point) for trial, point in zip(trials, x.tolist(), strict=True)]
        numbers: dict[Slip, int] = {}
        rows = [[numbers.setdefault(slip, len(numbers)) for slip in slips] for slips in told]
        rows = [(row * 2)[:2] for row in rows]
        return self.off(self.made(list(numbers), torch.tensor(rows)), as_asked)


def _starts(problem: _Problem, trials: Sequence[Trial], ways: Sequence[bool]) -> tuple[list[Trial], Tensor, Tensor]:
    """The trials worth following, with their best starts (N, 2), and (N,) whether with the learning rates asked for."""
    frees = list(dict.fromkeys(trial.free for trial in trials))
    options: dict[Slip, int] = {trial.slip: n for n, trial in enumerate(trials) if trial.slip is not None}
    options = {slip: n for n, slip in enumerate(options)}
    texts, rows, spans = list(options), [], []
    for free in frees:
        mine = [trial for trial in trials if trial.free is free]
        starts = free.starts[:: 2 if len(mine) > 1 else 1]
        numbers = torch.arange(len(texts), len(texts) + len(starts))
        texts += [(free.line, free.option(problem.settings, start)) for start in starts.tolist()]
        beside = [options[trial.slip] if trial.slip is not None else -1 for trial in mine]
        pairs = torch.cartesian_prod(torch.tensor(beside), numbers).reshape(-1, 2)
        rows.append(torch.where(pairs < 0, pairs[:, 1:], pairs))
        spans.append((starts, mine))
    told = torch.cat(rows)
    made = problem.made(texts, told)
    followed: list[tuple[Trial, list[float], bool]] = []
    for as_asked in ways:
        errors = problem.off(made, torch.full((len(told),), as_asked)).norm(dim=1)
        found: list[tuple[float, int, Trial, list[float]]] = []
        for (starts, mine), part in zip(spans, errors.split([len(each) for each in rows]), strict=True):
            low, first = part.reshape(len(mine), -1).topk(STARTS[starts.shape[1]], largest=False)
            for trial, errors_of, at in zip(mine, low.tolist(), first, strict=True):
                for error, start in zip(errors_of, starts[at].tolist(), strict=True):
                    found.append((error, len(found), trial, (start * 2)[:2]))
        best = sorted(each for each in found if each[0] < NEAR)[:BEST]
        followed += [(trial, start, as_asked) for _, _, trial, start in best]
    x = torch.tensor([start for _, start, _ in followed], dtype=torch.float64)
    return [trial for trial, _, _ in followed], x, torch.tensor([as_asked for *_, as_asked in followed])


def _descend(problem: _Problem, trials: Sequence[Trial], x: Tensor, as_asked: Tensor) -> Iterator[tuple[int, list[float]]]:
    """Where Gauss and Newton's steps lead to a solution, best first: the row, and its numbers. A step uphill is shortened."""
    rows = torch.arange(len(trials))
    damped = torch.ones(len(trials), 1, dtype=torch.float64)
    here = problem.at(trials, x, as_asked)
    off = OFF * torch.eye(2, dtype=torch.float64)
    for turn in range(TURNS):
        hopeful = here.norm(dim=1) < HOPEFUL.get(turn, math.inf)
        rows, x, damped, here = rows[hopeful], x[hopeful], damped[hopeful], here[hopeful]
        if not len(rows):
            return
        done = here.norm(dim=1) < DONE
        if bool(done.all()) or (turn >= FEW and bool(done.any())):
            break
        twice = rows.repeat_interleave(2)
        around = problem.at([trials[n] for n in twice.tolist()], (x[:, None] + off).reshape(-1, 2), as_asked[twice])
        slopes = (around.reshape(len(rows), 2, -1) - here[:, None]) / OFF
        step = torch.linalg.lstsq(slopes.transpose(1, 2), -here[:, :, None]).solution[:, :, 0].nan_to_num(0.0, 0.0, 0.0)
        there = x + damped * step.clamp(-1, 1)
        new = problem.at([trials[n] for n in rows.tolist()], there, as_asked[rows])
        better = (new.norm(dim=1) <= here.norm(dim=1))[:, None]
        x, here = torch.where(better, there, x), torch.where(better, new, here)
        damped = torch.where(better, 1.0, damped / 4)
    errors = here.norm(dim=1)
    solved = (errors < SOLVED).nonzero()[:, 0].tolist()
    solved.sort(key=lambda n: (not bool(as_asked[rows[n]]), float(errors[n])))
    yield from ((int(rows[n]), x[n].tolist()) for n in solved)


def _target(steps: Steps) -> tuple[Tensor, Tensor]:
    """(M,) the changes of the first steps, each coordinate's of one size and 1 together, and what they were multiplied by."""
    change = steps.change[:STEPS].nan_to_num(0.0, 0.0, 0.0)
    largest = change.abs().amax(0, keepdim=True)
    weights = torch.where(largest > 0, 1 / largest, 0.0).expand_as(change)
    target = (change * weights).flatten()
    length = float(target.norm()) or 1.0
    return target / length, weights.flatten() / length
