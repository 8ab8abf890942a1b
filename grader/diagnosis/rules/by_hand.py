"""Update rules as they are written by hand, line by line: what each line may say instead.

Adam is Kingma & Ba 2015, algorithm 1, with the decoupled decay of Loshchilov & Hutter 2019, algorithm 2; SGD with momentum is
Sutskever et al. 2013, as torch writes it. A slip is a line that says something else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from grader.diagnosis.rules import adam, sgd
from grader.diagnosis.rules.said import Said
from grader.diagnosis.rules.steps import EVEN, MOST, Steps, multiples, rates_of

Slip = tuple[str, str]  # which line, and what it says instead
LINES = {"Adam": adam.LINES, "SGD": sgd.LINES}


@dataclass(frozen=True)
class Hand:
    """A rule by hand: `family` "Adam" or "SGD", the settings asked for, and its slips."""

    family: str
    settings: Mapping[str, Any]
    slips: frozenset[Slip] = field(default_factory=frozenset)

    def directions(self, steps: Steps, most: int = MOST) -> Iterator[Tensor]:
        """(P,) for each step the change over the learning rate asked for."""
        return (rows[0] for rows in walk(self.family, steps, self.settings, Said.of([self.slips]), most))

    def rates(self, steps: Steps, most: int = MOST) -> list[float] | None:
        """The learning rate of each step; see `rates_of`."""
        return rates_of(self.directions(steps, most), steps)

    def holds(self, steps: Steps) -> bool:
        """Whether it made the steps, at rates in a constant ratio to those asked for, unless these change along the way."""
        first = None
        for k, rate in enumerate(multiples(self.directions(steps, len(steps.given)), steps)):
            if rate is None:
                return False
            if rate == rate and not steps.changes:
                ratio = rate / steps.rate(k)
                first = ratio if first is None else first
                if not abs(ratio - first) <= EVEN * abs(first):
                    return False
        return True


def walk(family: str, steps: Steps, settings: Mapping[str, Any], said: Said, most: int) -> Iterator[Tensor]:
    """(N, P) for each step the change over the learning rate asked for, by each of N rules."""
    return (adam.walk if family == "Adam" else sgd.walk)(steps, settings, said, most)
