"""What the page draws: the shown case of a run beside its reference and the named mistake, step by step."""

import torch
from torch import Tensor

from grader.checks.run import JudgedCase, Run
from grader.diagnosis.known import KnownMistake
from grader.report import Picture, Series

PARTED = 1e-6  # relative to the reference's way


def draw(run: Run, mistake: KnownMistake | None, name: str) -> Picture | None:
    """The picture of the shown case, or None where it never took a step. `name` is the mistake's title."""
    shown = next((case for case in run.cases if case.name == run.exercise.about.shown.name), None)
    if shown is None or shown.reference.plan is None or shown.trace.layout != shown.reference.layout:
        return None
    measured = shown.reference.plan.tape is None  # a tape has no losses
    right = shown.reference.trajectory
    steps = shown.trace.steps[: 4 * len(right.after)]
    mine = shown.trace.parameters[[s.after for s in steps]]
    series = [
        _series("Your run", "yours", [s.loss for s in steps if measured], mine, right.after),
        _series("The reference", "reference", right.losses.tolist() if measured else [], right.after, right.after),
    ]
    theirs = next((case for case in mistake.trace.cases if case.name == shown.name), None) if mistake else None
    if theirs is not None:
        wrong = theirs.steps[: 4 * len(right.after)]
        after = theirs.parameters[[s.after for s in wrong]]
        series.append(_series(name, "mistake", [s.loss for s in wrong if measured], after, right.after))
    return Picture(case=shown.name, series=tuple(series), parts_at=_parts_at(shown, mine, right.after))


def _series(name: str, role: str, losses: list[float | None], after: Tensor, right: Tensor) -> Series:
    steps = min(len(after), len(right))
    gap = (after[:steps] - right[:steps]).norm(dim=1).tolist()
    return Series.model_validate(
        {"name": name, "role": role, "loss": [_finite(v) for v in losses], "distance": [_finite(v) for v in gap]}
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and abs(value) < 1e300 else None


def _parts_at(shown: JudgedCase, mine: Tensor, right: Tensor) -> int | None:
    """The first step, from 1, that leads elsewhere than the reference, or that one of the two doesn't take."""
    steps = min(len(mine), len(right))
    way = (right - shown.reference.initial).norm(dim=1)[:steps]
    apart = ~((mine[:steps] - right[:steps]).norm(dim=1) <= PARTED * way)
    if apart.any():
        return int(torch.nonzero(apart)[0]) + 1
    return steps + 1 if len(mine) != len(right) else None
