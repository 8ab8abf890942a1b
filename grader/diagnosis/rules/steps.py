"""What the steps of a run did, and whether they are multiples of what a rule says."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

EXACT = 1e-7  # of the largest change: what rounding leaves between a rule and itself
EACH = 1e-5  # of a coordinate's own change
TOLD = 1e5  # times its rounding: how large a change must be for a learning rate to be read off it
EVEN = 1e-5  # relative: how far two learning rates that are meant to be the same may be from each other
MOST = 40  # steps of a case that a rule is tried on


@dataclass(frozen=True, eq=False)
class Steps:
    """S steps of one case, on P coordinates.

    Attributes:
        before: (S, P) weights. given: (S, P) gradients. change: (S, P) of the weights.
        tensors: (P,) which tensor each coordinate belongs to. vectors: (P,) whether that has one dimension.
        present: (S, P) whether there was a gradient.
        decay: (P,) the weight decay asked for.
        asked: (S,) the learning rates asked for; the last goes on where there are more steps.
        anew: for each step, the number of optimizers that had been made before it.
        epoch: for each step, its epoch.
        clears: who takes gradients away after a step; see `grader.tapes.Tape`.
        whole: the steps that these are a part of, on fewer coordinates; None where they are no part.
    """

    before: Tensor
    given: Tensor
    change: Tensor
    tensors: Tensor
    vectors: Tensor
    present: Tensor
    decay: Tensor
    asked: tuple[float, ...]
    anew: tuple[int, ...]
    epoch: tuple[int, ...]
    clears: str = "yours"
    whole: "Steps | None" = None

    def rate(self, number: int) -> float:
        """The learning rate asked for in a step."""
        return self.asked[min(number, len(self.asked) - 1)]

    @cached_property
    def changes(self) -> bool:
        """Whether the learning rate asked for changes along the way."""
        return len({round(self.rate(k), 15) for k in range(len(self.given))}) > 1

    @cached_property
    def rounding(self) -> Tensor:
        """(S, P) what rounding the weights may add to a change."""
        return 4 * 2.3e-16 * (self.before.abs() + self.change.abs())

    @cached_property
    def largest(self) -> Tensor:
        """(S,) the largest change of any coordinate."""
        if self.whole is not None:
            return self.whole.largest
        return self.change.nan_to_num(0.0, 0.0, 0.0).abs().amax(1)

    @cached_property
    def there(self) -> Tensor:
        """(S, T) whether each tensor had a gradient."""
        if self.whole is not None:
            return self.whole.there
        firsts = [int((self.tensors == n).nonzero()[0]) for n in sorted(set(self.tensors.tolist()))]
        return self.present[:, firsts]

    @cached_property
    def numbers(self) -> Tensor:
        """(P,) the column of `there` of each coordinate."""
        if self.whole is not None:
            return torch.searchsorted(self.whole.tensors.unique(), self.tensors)
        return torch.searchsorted(self.tensors.unique(), self.tensors)

    @cached_property
    def decays(self) -> Tensor:
        """(T,) the weight decay asked for of each tensor."""
        if self.whole is not None:
            return self.whole.decays
        return torch.stack([self.decay[self.numbers == n][0] for n in range(self.there.shape[1])])

    def only(self, columns: Sequence[int]) -> "Steps":
        """The same steps on these coordinates alone."""
        at = list(columns)
        parts = {name: getattr(self, name)[:, at] for name in ("before", "given", "change", "present")}
        parts |= {name: getattr(self, name)[at] for name in ("tensors", "vectors", "decay")}
        return replace(self, **parts, whole=self.whole or self)


def fit(directions: Tensor, steps: Steps, number: int, slack: float = 1.0) -> tuple[Tensor, Tensor]:
    """Of N directions of a step (N, P): (N,) which of them the step is a multiple of, and which; NaN where that can't be told.

    Args:
        slack: times what rounding leaves that is let pass.
    """
    change, rounding = steps.change[number], steps.rounding[number]
    fits = None
    if not bool(torch.isfinite(directions.sum() + change.sum())):
        alive, there = torch.isfinite(steps.before[number]), torch.isfinite(directions)
        fits = ((there == torch.isfinite(change)) | ~alive).all(1)
        usable = alive & there & torch.isfinite(change)
        directions, change = torch.where(usable, directions, 0.0), torch.where(usable, change, 0.0)
        rounding = torch.where(usable, rounding, 0.0)
    farthest = directions.abs().amax(1, keepdim=True)
    still = farthest == 0
    unit = torch.where(still, 0.0, directions / farthest)  # squares of steps that explode would overflow
    along = torch.where(still, 0.0, (change * unit).sum(1, keepdim=True) / (unit * unit).sum(1, keepdim=True))
    # Each coordinate by itself as well: Adam's are all of one size, SGD's are not.
    own, largest = change.abs(), EXACT * float(steps.largest[number])
    allowed = (EACH * own).clamp(min=1e-3 * largest, max=largest) * ~still + rounding
    close = ((change - along * unit).abs() <= slack * allowed).all(1)
    moved = torch.where(along == 0, steps.rate(number) * farthest, 0.0)
    told = torch.maximum(own.amax(-1, keepdim=True), moved) >= TOLD * rounding.amax(-1, keepdim=True)
    rates = torch.where(told & ~still, along / farthest, math.nan)[:, 0]
    return close if fits is None else close & fits, rates


def multiples(directions: Iterable[Tensor], steps: Steps) -> Iterator[float | None]:
    """For each step the multiple of a direction (P,) that it is; NaN where that can't be told, None where it isn't one."""
    for number, direction in enumerate(directions):
        fits, rates = fit(direction[None], steps, number)
        yield float(rates) if bool(fits) else None


def rates_of(directions: Iterable[Tensor], steps: Steps) -> list[float] | None:
    """The learning rate of each step, NaN where it can't be told; None where a step isn't a multiple of its direction."""
    found = []
    for rate in multiples(directions, steps):
        if rate is None:
            return None
        found.append(rate)
    return found
