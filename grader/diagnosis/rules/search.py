"""Which lines of a rule by hand say something else, in all cases at once."""

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.diagnosis.rules.by_hand import LINES, Slip, walk
from grader.diagnosis.rules.numbers import FREE, Free, Trial, solve
from grader.diagnosis.rules.said import Said
from grader.diagnosis.rules.steps import EVEN, MOST, Steps, fit

Slips = frozenset[Slip]
Case = tuple[Mapping[str, Any], Steps]
FEW = 4  # coordinates that a first look is at
SLACK = 10.0  # what a first look lets pass, times what a rule may be away from itself
MANY = 40  # rules that are worth a first look
TRIED = 8  # solutions for one case that are tried on the others
SAME = (("decay", "decays"), ("decays", "decay given"))  # lines that are about the same thing


def explain(family: str, cases: Sequence[Case], lawful: Callable[[Sequence[Slips]], bool]) -> tuple[Slips, ...] | None:
    """The fewest slips, two at most, that explain the steps of all cases; None where none do.

    Args:
        cases: for each its settings and its steps.
        lawful: whether the learning rates that slips leave to be explained follow a law.

    Returns:
        For each case the slips; they differ where a number is another in each.
    """
    search = _Search(family, cases, lawful)
    none, single, pairs = _candidates(family, _idle(family, cases))
    return (
        search.among(none)
        or search.among(single)
        or search.solved([None])
        or search.among(pairs)
        or search.solved([None, *(slip for number in range(len(single)) for slip in single.slips(number))])
    )


class Candidates:
    """Slips worth a try, likely ones first, of one number for all; and what the rules with them say."""

    def __init__(self, options: Sequence[Slip], rows: Tensor) -> None:
        """See `Said`."""
        self._options, self._rows = options, rows
        self.said = Said(options, rows)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)

    def slips(self, number: int) -> Slips:
        """One of them."""
        return frozenset(self._options[n] for n in self._rows[number].tolist())


@functools.cache
def _candidates(family: str, idle: frozenset[Slip]) -> tuple[Candidates, ...]:
    """All slips worth a try: none, one, two."""
    options = [(line, option) for line, names in LINES[family].items() for option in names if (line, option) not in idle]
    names = list(LINES[family])
    lines = torch.tensor([names.index(line) for line, _ in options])
    pairs = torch.combinations(torch.arange(len(options)))
    of = lines[pairs]
    apart = of[:, 0] != of[:, 1]
    for one, other in SAME:
        if one in names and other in names:
            apart &= ~((of == names.index(one)).any(1) & (of == names.index(other)).any(1))
    none = torch.zeros(1, 0, dtype=torch.int64)
    return tuple(Candidates(options, rows) for rows in (none, torch.arange(len(options))[:, None], pairs[apart]))


def _idle(family: str, cases: Sequence[Case]) -> frozenset[Slip]:
    """What changes nothing in any of the cases."""
    decays = any(bool(steps.decay.any()) for _, steps in cases)
    misses = not all(bool(steps.present.all()) for _, steps in cases)
    passed = frozenset.intersection(*(frozenset(settings.get("passed", ())) for settings, _ in cases))
    named = {"eps": "epsilon"}
    defaults = {named.get(name, name) for name in passed}
    return frozenset(
        (line, option)
        for line, names in LINES[family].items()
        for option in names
        if (line == "missing" and not misses)
        or (line == "decay" and not decays)
        or (line == "decay given" and not decays and option != "default")
        or (line in defaults and option.startswith("default is"))
    )


class _Search:
    """A search through slips, case by case: where the likeliest of those left fails, the others are tried next."""

    def __init__(self, family: str, cases: Sequence[Case], lawful: Callable[[Sequence[Slips]], bool]) -> None:
        self._family, self._cases, self._lawful = family, cases, lawful
        self._few = [steps.only(_telling(steps)) for _, steps in cases]
        # Where something has failed, others will; before that, the longest cases first.
        self._order, self._failed = sorted(range(len(cases)), key=lambda n: -len(cases[n][1].given)), set[int]()
        self._known: dict[str, bool] = {}

    def among(self, many: Candidates) -> tuple[Slips, ...] | None:
        """The first of these that explains all cases, with the learning rates asked for if any does."""
        left, passed = torch.arange(len(many)), set[int]()
        ratios: list[Tensor] = []
        while len(left) and len(passed) < len(self._cases):
            rest = [number for number in self._order if number not in passed]
            number = rest[0]
            if len(left) > MANY and number not in self._failed:
                number = next((n for n in rest if not len(self._fitting(n, many, left[:1])[0])), number)
            kept, told = self._fitting(number, many, left)
            if len(kept) < len(left):
                self._failed.add(number)
                self._order.sort(key=lambda n: n not in self._failed)
            passed.add(number)
            ratios = [*(each[torch.isin(left, kept)] for each in ratios), told]
            left = kept
        found = self._best(many, left, torch.cat(ratios, 1)) if len(left) else None
        return None if found is None else (found,) * len(self._cases)

    @functools.cached_property
    def _telling(self) -> int:
        """The case with the most coordinates of those that a rule without slips didn't make."""
        nothing = Said.of([frozenset()])
        wrong = [n for n, (asked, steps) in enumerate(self._cases) if not self._holds(asked, steps, nothing, MOST, 1.0)[0]]
        return max(wrong or range(len(self._cases)), key=lambda n: self._cases[n][1].change.numel())

    def solved(self, beside: Sequence[Slip | None]) -> tuple[Slips, ...] | None:
        """A line with a number that may be any in each case, and one of these slips or none beside it.

        One that leaves the learning rates as asked for is taken first.
        """
        number = self._telling
        trials = [Trial(free, slip) for free in FREE[self._family] for slip in beside if _apart(free, slip)]
        lawful = None
        solutions = solve(self._family, self._cases[number][0], self._few[number], trials)
        for trial, slips in itertools.islice(solutions, TRIED):
            found = self._everywhere(number, trial, slips)
            if found is not None and _as_asked(found[1]):
                return found[0]
            if found is not None and lawful is None and self._lawful(found[0]):
                lawful = found[0]
        return lawful

    def _everywhere(self, number: int, trial: Trial, slips: Slips) -> tuple[tuple[Slips, ...], Tensor] | None:
        """The slips of every case, if those of one hold there, and the ratios of all learning rates to those asked for."""
        found: dict[int, tuple[Slips, Tensor]] = {}
        for n in sorted(range(len(self._cases)), key=lambda n: n != number):
            settings, steps = self._cases[n]
            for each in iter((slips,)) if n == number else self._tries(n, trial, slips):
                holds, ratios = self._holds(settings, steps, Said.of([each]), len(steps.given), 1.0)
                if bool(holds) and (n not in found or _as_asked(ratios)):
                    found[n] = each, ratios[0]
                if n in found and _as_asked(found[n][1]):
                    break
            if n not in found:
                return None
        return tuple(found[n][0] for n in range(len(found))), torch.cat([found[n][1] for n in range(len(found))])

    def _tries(self, number: int, trial: Trial, slips: Slips) -> Iterator[Slips]:
        """The number asked for, the one of another case, and one of its own."""
        yield frozenset([trial.slip] if trial.slip is not None else [])
        yield slips
        for as_asked in (True, False):
            solutions = solve(self._family, self._cases[number][0], self._few[number], [trial], [as_asked])
            yield from (each for _, each in solutions)

    def _best(self, many: Candidates, left: Tensor, ratios: Tensor) -> Slips | None:
        """Of those that explain the steps, the first with the learning rates asked for, else in one ratio to them, else lawful.

        `ratios`: of each one's learning rates to those asked for.
        """
        low, high = ratios.nan_to_num(math.inf).amin(1), ratios.nan_to_num(-math.inf).amax(1)
        asked = torch.maximum((low - 1).abs(), (high - 1).abs()) <= EVEN
        even = (high - low <= EVEN * torch.maximum(low.abs(), high.abs())) | (low == math.inf)
        for these in (asked, even):
            if bool(these.any()):
                return many.slips(int(left[these][0]))
        for row, own in zip(left.tolist(), ratios.tolist(), strict=True):
            key = " ".join(f"{ratio:.5g}" for ratio in own)
            if key not in self._known:
                self._known[key] = self._lawful((many.slips(row),) * len(self._cases))
            if self._known[key]:
                return many.slips(row)
        return None

    def _fitting(self, number: int, many: Candidates, left: Tensor) -> tuple[Tensor, Tensor]:
        """Those of the rows left that made a case's steps, and for each (N, S) the ratio of its rates to those asked for."""
        settings, steps = self._cases[number]
        if len(left) > MANY:
            for most in (1, 3):
                left = left[self._holds(settings, self._few[number], many.said.only(left), most, SLACK)[0]]
        if not len(left):
            return left, torch.zeros(0, len(steps.given), dtype=torch.float64)
        holds, ratios = self._holds(settings, steps, many.said.only(left), len(steps.given), 1.0)
        return left[holds], ratios[holds]

    def _holds(self, settings: Mapping[str, Any], steps: Steps, said: Said, most: int, slack: float) -> tuple[Tensor, Tensor]:
        """(N,) whether each rule made the first steps, at rates in one ratio to those asked for if these stay; (N, S) it."""
        holds = torch.ones(said.count, dtype=torch.bool)
        first, ratios = torch.full((said.count,), math.nan, dtype=torch.float64), list[Tensor]()
        for k, directions in enumerate(walk(self._family, steps, settings, said, most)):
            fits, rates = fit(directions, steps, k, slack)
            ratio = rates / steps.rate(k)
            holds = holds & fits
            if not steps.changes:
                holds = holds & ~((ratio - first).abs() > slack * EVEN * first.abs())
                first = torch.where(first.isnan(), ratio, first)
            ratios.append(ratio)
            if not bool(holds.any()):
                break
        return holds, torch.stack(ratios, 1)


def _apart(free: Free, slip: Slip | None) -> bool:
    """Whether numbers can be solved for beside a slip: of another line, and one number only, as there are few steps."""
    return slip is None or (slip[0] != free.line and free.starts.shape[1] == 1)


def _as_asked(ratios: Tensor) -> bool:
    """Whether learning rates are those asked for, as far as that can be told."""
    return float((ratios.nan_to_num(1.0) - 1).abs().max()) <= EVEN


def _telling(steps: Steps) -> list[int]:
    """A few coordinates, of gradients as different as may be, that the first step moves by far more than rounding."""
    clear = steps.change[0].abs() >= 1e6 * steps.rounding[0]
    usable = clear.nonzero()[:, 0].tolist() or list(range(len(clear)))
    usable.sort(key=lambda at: abs(float(steps.given[0, at])))
    return sorted({usable[round(n * (len(usable) - 1) / (FEW - 1))] for n in range(FEW)})
