"""How far two traces are apart, in numbers alone: what they computed, not how they were written."""

import math
import re
from collections.abc import Collection, Iterable
from typing import Any, TypeAlias

import torch
from torch import Tensor

from grader.trace import CaseTrace, Event, Other, Problem, Trace

EQUAL = 1e-5  # two programs that compute the same agree to 1e-10 in float64
EQUAL_SINGLE = 1e-2  # in float32 they drift
INFINITE = float("inf")
CHOSEN = re.compile(r"\d+|(?<=attribute )'[^']*'|(?<=variable )'[^']*'|(?<=name )'[^']*'")  # in an error's message


def equal(a: Trace, b: Trace, single: Collection[str] = ()) -> bool:
    """Whether two programs did the same on every case: steps, gradients, losses, return value, error.

    Args:
        single: the names of the cases that are in float32.
    """
    if said(a.error) != said(b.error) or len(a.cases) != len(b.cases):
        return False
    for mine, other in zip(a.cases, b.cases, strict=True):
        allowed = EQUAL_SINGLE if other.name in single else EQUAL
        if not distance(mine, other, allowed) <= allowed:
            return False
    return True


def apart(a: Trace, b: Trace) -> float:
    """The largest difference of two traces of the same cases."""
    return max((distance(mine, other) for mine, other in zip(a.cases, b.cases, strict=True)), default=0.0)


Summary: TypeAlias = list[list[float]]
LIKE = 0.1  # looser than EQUAL by far: a summary only says what isn't worth a closer look


def summarize(trace: Trace) -> Summary:
    """A few numbers for each case: how many steps, how far they led, how large losses, gradients and returned values were."""
    return [
        [
            float(len(case.steps)) if case.layout else 0.0,
            float(case.error is not None),
            *(float(t.abs().sum()) for t in _computed(case)[::2]),
            _size(case.returned),
        ]
        for case in trace.cases
    ]


def _size(returned: Any) -> float:
    """The sum of all numbers in a returned value, without their signs."""
    if isinstance(returned, Tensor):
        return float(returned.detach().to(torch.float64).abs().sum())
    if isinstance(returned, (list, tuple, set)):
        return sum(map(_size, returned))
    if isinstance(returned, dict):
        return sum(map(_size, returned.values()))
    return abs(float(returned)) if isinstance(returned, (int, float)) else 0.0


def like(a: Summary, b: Summary) -> bool:
    """Whether two traces may be equal."""
    if [len(row) for row in a] != [len(row) for row in b]:
        return False
    pairs = [pair for x, y in zip(a, b, strict=True) for pair in zip(x, y, strict=True)]
    return all(x == y or abs(x - y) <= LIKE * abs(y) + 1e-9 or not (math.isfinite(x) or math.isfinite(y)) for x, y in pairs)


def log(trace: Trace) -> tuple[tuple[str, ...], ...]:
    """What happened in which order, where the numbers are equal. A loss may be written out, so its calls don't count."""
    return tuple(tuple(_entry(e) for e in case.events if e.kind not in ("loss", "optimizer")) for case in trace.cases)


def gist(trace: Trace) -> tuple[tuple[str, ...], ...]:
    """What happened to the gradients, in order: backward passes, clippings and steps, whatever clears or looks between."""
    return tuple(tuple(_entry(e) for e in case.events if e.kind in ("backward", "clip", "step_start")) for case in trace.cases)


def marks(trace: Trace) -> tuple[frozenset[str], ...]:
    """What happened at all, in whatever order: a looser look than `log`, which no extra forward pass changes."""
    return tuple(_marks(case) for case in trace.cases)


def _marks(case: CaseTrace) -> frozenset[str]:
    kinds = [_entry(event) for event in case.events if event.kind not in ("loss", "zero_grad")]
    often = {"optimizers"} if kinds.count("optimizer") > 1 else set()
    return frozenset(kinds) - {"optimizer"} | often


def _entry(event: Event) -> str:
    """An event's kind, with what makes it another: a forward pass that nobody records, a loss that nothing led to."""
    if event.kind == "forward" and event.detail.get("frozen"):
        return "forward of a frozen model"
    if event.kind == "forward" and not event.detail.get("grad"):
        return "forward without grad"
    if event.kind == "backward" and event.detail.get("leaf"):
        return "backward from a leaf"
    return event.kind


def distance(a: CaseTrace, b: CaseTrace, enough: float = INFINITE) -> float:
    """The largest relative difference of anything computed; infinite where the two can't be compared.

    Args:
        enough: a difference beyond which nobody asks how large it is.
    """
    if a.layout != b.layout or said(a.error) != said(b.error):
        return INFINITE
    mine, other = _computed(a), _computed(b)
    if [t.shape for t in mine] != [t.shape for t in other]:
        return INFINITE
    apart = _largest((_apart(x, y) for x, y in zip(mine, other, strict=True)), enough)
    if apart > enough:
        return apart
    apart = max(apart, _returned_apart(a.returned, b.returned, enough))
    if apart > enough or not a.layout:  # nothing is changed afterwards where no model is watched
        return apart
    return max(apart, _returned_apart(a.returned_later, b.returned_later, enough))


def _largest(values: Iterable[float], enough: float) -> float:
    """The largest, or the first that is beyond `enough`."""
    largest = 0.0
    for value in values:
        largest = max(largest, value)
        if largest > enough:
            break
    return largest


def _computed(case: CaseTrace) -> list[Tensor]:
    """All arrays that two equal programs share, rows of one kind each; none where only what is returned counts."""
    if not case.layout:
        return []
    steps = case.steps
    start = case.parameters[0]
    rows = [s.before for s in steps] + [s.after for s in steps] + [case.events[-1].parameters if case.events else 0]
    backward = [e for e in case.events if e.kind == "backward"]
    losses = [s.loss if s.loss is not None else float("nan") for s in steps]
    return [
        (case.parameters[rows] - start).reshape(1, -1),  # displacements: against the way gone, not the weights
        case.gradients[[s.gradient for s in steps]],
        case.present[[s.gradient for s in steps]].to(torch.float64),
        case.gradients[[e.gradients for e in backward]],
        torch.tensor(losses, dtype=torch.float64).reshape(-1, 1),
        case.buffers.reshape(1, -1),
    ]


def _apart(a: Tensor, b: Tensor) -> float:
    """The largest difference of two (rows, n) arrays against the largest value of its row; NaN equals NaN alone."""
    if not a.numel():
        return 0.0
    same = (a == b) | (a.isnan() & b.isnan())
    size = torch.where(b.isfinite(), b.abs(), 0.0).amax(1, keepdim=True)
    # A row that is nothing but rounding (a gradient at the minimum) counts against the largest row.
    size = size.clamp(min=max(1e-9 * float(size.max()), 1e-300))
    ratio = torch.where(same, 0.0, (a - b).abs() / size)
    return float(ratio.nan_to_num(nan=INFINITE, posinf=INFINITE).max())


def _returned_apart(a: Any, b: Any, enough: float) -> float:
    if type(a) is not type(b):
        return INFINITE
    if isinstance(a, float):
        return 0.0 if a == b else _apart(torch.tensor([[a]], dtype=torch.float64), torch.tensor([[b]], dtype=torch.float64))
    if isinstance(a, Tensor):
        if (a.shape, a.dtype, a.requires_grad) != (b.shape, b.dtype, b.requires_grad):
            return INFINITE
        if torch.equal(a, b):
            return 0.0
        return _apart(a.detach().to(torch.float64).reshape(1, -1), b.detach().to(torch.float64).reshape(1, -1))
    if isinstance(a, (list, tuple)):
        if len(a) != len(b):
            return INFINITE
        if all(type(v) is float for v in (*a, *b)):
            columns = (torch.tensor(values, dtype=torch.float64).reshape(-1, 1) for values in (a, b))
            return _apart(*columns)
        return _largest((_returned_apart(x, y, enough) for x, y in zip(a, b, strict=True)), enough)
    if isinstance(a, dict):
        if a.keys() != b.keys():
            return INFINITE
        return _largest((_returned_apart(v, b[k], enough) for k, v in a.items()), enough)
    if isinstance(a, Other):
        return 0.0 if a.type == b.type else INFINITE
    return 0.0 if a == b else INFINITE


def said(error: Problem | None) -> tuple[str, str, str] | None:
    """What an error says, without the numbers in it and the names that the learner chose."""
    return None if error is None else (error.kind, error.type, CHOSEN.sub("#", error.message))
