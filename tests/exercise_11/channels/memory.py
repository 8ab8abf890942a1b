"""Which state and which settings a resumed optimizer has, read off its steps.

Each step is held against what every hypothesis would make of its own gradient, from where the step itself began: all of them at
once, a row for each. Those that fit every step of every case remain.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import torch
from descent_exercise_11_channels.checkpoint import Checkpoint
from torch import Tensor

RIGHT = ("saved", "everywhere", "saved", "full", "saved", "saved")
LOST = {  # Adam's m, v and step count: whether each is kept, and where the step count starts
    "saved": (1, 1, None),
    "all": (0, 0, 0),
    "step": (1, 1, 0),
    "step, from 1": (1, 1, 1),
    "m": (0, 1, None),
    "v": (1, 0, None),
    "m and v": (0, 0, None),
}
VELOCITY = ("saved", "lost")
WHERE = ("everywhere", "of biases", "of weights", "of all but the first", "of all but the last", "of all but the first group")
DIGITS = {"full": None, "float32": torch.float32, "half": torch.float16, "bfloat16": torch.bfloat16}
RATES = ("saved", "fresh", "default", "first's default", "first's", "last's")
DECAYS = ("saved", "fresh", "first's", "last's")


class Hypothesis(NamedTuple):
    """What an optimizer may have been given: of the state, what was lost where, and in which digits; and which settings."""

    lost: str
    where: str
    velocity: str
    digits: str
    rate: str
    decay: str

    @property
    def odd(self) -> int:
        """In how many respects something isn't as it was saved."""
        return (
            (self.lost != "saved" or self.velocity != "saved")
            + (self.digits != "full")
            + (self.rate != "saved")
            + (self.decay != "saved")
        )


@dataclass(frozen=True)
class Walk:
    """The steps of a resumed run: (S + 1, P) parameters that are trained, and the (S, P) gradients of the steps."""

    start: Checkpoint
    rows: Tensor
    gradients: Tensor
    single: bool


@cache
def hypotheses() -> tuple[list[Hypothesis], list[Hypothesis]]:
    """Those with one respect in which they are odd, or two; and all, for where none of these fits."""
    states = [
        (lost, where, velocity)
        for lost, velocity, where in itertools.product(LOST, VELOCITY, WHERE)
        if (lost, velocity) != ("saved", "saved") or where == "everywhere"
    ]
    every = [Hypothesis(*s, d, r, w) for s, d, r, w in itertools.product(states, DIGITS, RATES, DECAYS)]
    return [h for h in every if h.odd <= 1], [h for h in every if h.odd > 1]


def fitting(walks: Sequence[Walk]) -> list[Hypothesis]:
    """Those that fit all walks, odd in as few respects as possible."""
    for asked in hypotheses():
        left = list(asked)
        for walk in walks:
            left = _fitting(walk, left) if left else []
        if left:
            fewest = min(h.odd for h in left)
            return [h for h in left if h.odd == fewest]
    return []


def _fitting(walk: Walk, asked: list[Hypothesis]) -> list[Hypothesis]:
    start = walk.start
    m, v, t, velocity = (torch.stack(rows) for rows in zip(*(_state(start, h[:4]) for h in asked), strict=True))
    rate = torch.stack([start.rate[h.rate] for h in asked])
    decay = torch.stack([start.decay[h.decay] for h in asked])
    left = list(asked)
    rounding, share = (1.2e-7, 2e-3) if walk.single else (2.3e-16, 1e-8)
    for before, after, gradient in zip(walk.rows, walk.rows[1:], walk.gradients, strict=False):
        g = gradient if start.decoupled else gradient + decay * before
        shrink = rate * decay * before if start.decoupled else 0.0
        if start.adam:
            one, two = start.betas
            m, v, t = one * m + (1 - one) * g, two * v + (1 - two) * g * g, t + 1
            update = shrink + rate * (m / (1 - one**t)) / ((v / (1 - two**t)).sqrt() + start.eps)
        else:
            velocity = start.momentum * velocity + g
            update = shrink + rate * velocity
        moved = before - after
        allowed = share * moved.abs() + share * 0.1 * moved.abs().amax() + 8 * rounding * before.abs()
        keep = ((moved - update).abs() <= allowed).all(1)
        left = [h for h, fits in zip(left, keep.tolist(), strict=True) if fits]
        if not left:
            return []
        m, v, t, velocity, rate, decay = (each[keep] for each in (m, v, t, velocity, rate, decay))
    return left


def _state(start: Checkpoint, what: Iterable[str]) -> tuple[Tensor, ...]:
    key = id(start), *what
    if key not in _STATES:
        _STATES[key] = start, tuple(_made(start, *what))
    return _STATES[key][1]


_STATES: dict[tuple[object, ...], tuple[Checkpoint, tuple[Tensor, ...]]] = {}


def _made(start: Checkpoint, lost: str, where: str, velocity: str, digits: str) -> Iterator[Tensor]:
    """m, v, t and the velocity, as they are under a hypothesis."""
    here = {
        "everywhere": torch.ones_like(start.bias),
        "of biases": start.bias,
        "of weights": ~start.bias,
        "of all but the first": start.tensor > 0,
        "of all but the last": start.tensor < start.tensor.max(),
        "of all but the first group": start.group > 0,
    }[where]
    m, v, t = LOST[lost]
    dtype = DIGITS[digits]

    def told(saved: Tensor, kept: int) -> Tensor:
        saved = saved if dtype is None else saved.to(dtype).to(torch.float64)
        return saved if kept else torch.where(here, 0.0, saved)

    yield told(start.m, m)
    yield told(start.v, v)
    yield start.t if t is None else torch.where(here, float(t), start.t)
    yield told(start.velocity, velocity == "saved")
