"""The picture of a run: three trajectories side by side, in the same quantities."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from torch import Tensor

from grader.checks.run import JudgedCase, Run
from grader.diagnosis.known import KnownMistake
from grader.picture.memory import Kind, remember, rule
from grader.picture.numbers import Columns, rounded
from grader.picture.surface import survey
from grader.reference import Reference
from grader.replay import Replay
from grader.report import Picture, Series
from grader.trace import CaseTrace

PARTED = 1e-6  # relative to the reference's way
SAME_LOSS = 1e-6  # relative


@dataclass(frozen=True)
class _Right:
    """What is drawn of the reference: the same for every submission."""

    series: Series
    memory: dict[Kind, Tensor]
    path: Tensor  # (S + 1, P)


def draw(run: Run, mistake: KnownMistake | None, name: str) -> Picture | None:
    """The picture of the shown case, or None where it never took a step. `name` is the mistake's title."""
    shown = next((case for case in run.cases if case.name == run.exercise.about.shown.name), None)
    if shown is None or shown.reference.plan is None or shown.trace.layout != shown.reference.layout:
        return None
    right = _right(shown.reference)
    mine, path = _theirs("Your run", "yours", shown, right)
    series, paths = [mine, right.series], [right.path, path]
    theirs = next((case for case in mistake.trace.cases if case.name == shown.name), None) if mistake else None
    if theirs is not None and theirs.layout == shown.reference.layout:
        wrong, path = _theirs(name, "mistake", JudgedCase(theirs, shown.reference), right)
        series.append(wrong)
        paths.append(path)
    columns = Columns(shown.reference)
    return Picture(
        case=shown.name,
        series=tuple(series),
        parts_at=_parts_at(shown),
        coordinates=columns.names,
        size=columns.size,
        batches=len({id(X) for X, _ in shown.reference.plan.batches}),
        rule=rule(shown.reference, tuple(right.memory)),
        surface=survey(shown.reference, paths),
    )


@lru_cache(maxsize=64)  # a grader has one shown case, and so one of these
def _right(reference: Reference) -> _Right:
    way, columns = reference.trajectory, Columns(reference)
    present = _present(reference, len(way.before))
    memory = remember(reference, way.before, way.prepared, present)
    path = torch.cat([way.before[:1], way.after])
    right = _Right(
        _whole("The reference", "reference", path, _measured(reference, way.losses), columns, way.after), memory, path
    )
    return replace(right, series=_with_numbers(right.series, columns, path, way.prepared, present, memory, right))


def _theirs(name: str, role: str, case: JudgedCase, right: _Right) -> tuple[Series, Tensor]:
    """What is drawn of a recorded run, and its path: (S + 1, P). The numbers of each step are of the learner's own alone."""
    columns, steps = Columns(case.reference), case.trace.steps[: len(right.path) - 1]
    path = case.trace.parameters[[s.before for s in steps[:1]] + [s.after for s in steps]]
    losses = _measured(case.reference, case.expected.losses)
    series = _whole(name, role, path, losses, columns, right.path[1:])
    series = series.model_copy(update={"taken": len(case.trace.steps)})
    if role != "yours":
        return series, path
    gradients, memory = case.trace.gradients[[s.gradient for s in steps]], right.memory
    present = case.trace.present[[s.gradient for s in steps]].tolist()
    if isinstance(case.expected, Replay):  # else it did what the reference does
        memory = remember(case.reference, case.trace.parameters[[s.before for s in steps]], gradients, present)
    series = _with_numbers(series, columns, path, gradients, present, memory, right)
    return series.model_copy(update={"own_loss": _own_loss(case.trace, series.loss)}), path


def _whole(name: str, role: str, path: Tensor, losses: Sequence[float], columns: Columns, right: Tensor) -> Series:
    steps = max(len(path) - 1, 0)
    distance = (path[1:] - right[:steps]).norm(dim=1)
    return Series.model_validate(
        {
            "name": name,
            "role": role,
            "loss": rounded(losses),
            "distance": rounded(distance.tolist()),
            "taken": steps,
            "parameters": columns.rows(path),
        }
    )


def _present(reference: Reference, steps: int) -> list[list[bool]]:
    """Which of the parameters the reference has a gradient for, at each step."""
    assert reference.plan is not None
    if reference.plan.tape is not None:
        return [[g is not None for g in gradients] for gradients in reference.plan.tape.gradients]
    return [[p.requires_grad for p in reference.parameters]] * steps


def _with_numbers(
    series: Series,
    columns: Columns,
    path: Tensor,
    gradients: Tensor,
    present: list[list[bool]],
    memory: dict[Kind, Tensor],
    right: _Right,
) -> Series:
    none = torch.zeros_like(gradients)  # where no parameter ever had a gradient
    return series.model_copy(
        update={
            "gradients": columns.rows(gradients),
            "absent": columns.absent(present),
            "memory": tuple(columns.rows(memory.get(kind, none)) for kind in right.memory),
            "updates": columns.rows(path[1:] - path[:-1]),
        }
    )


def _measured(reference: Reference, losses: Tensor) -> list[float]:
    """Nothing on a tape, which has no losses."""
    assert reference.plan is not None
    return [] if reference.plan.tape is not None else losses.tolist()


def _own_loss(trace: CaseTrace, losses: Sequence[float | None]) -> tuple[float | None, ...]:
    """What the learner's own backward passes began from, where there is one for each step, and it is something else."""
    steps = trace.steps[: len(losses)]
    if [s.passes for s in steps] != list(range(1, len(steps) + 1)):
        return ()
    own = rounded(s.loss for s in steps)
    pairs = zip(own, losses, strict=True)
    same = all(a == b or (a is not None and b is not None and abs(a - b) <= SAME_LOSS * abs(b)) for a, b in pairs)
    return () if same else own


def _parts_at(shown: JudgedCase) -> int | None:
    """The first step, from 1, that leads elsewhere than the reference, or that one of the two doesn't take."""
    mine, right = shown.after, shown.reference.trajectory.after
    steps = min(len(mine), len(right))
    way = (right - shown.reference.initial).norm(dim=1)[:steps]
    apart = ~((mine[:steps] - right[:steps]).norm(dim=1) <= PARTED * way)
    if apart.any():
        return int(torch.nonzero(apart)[0]) + 1
    return steps + 1 if len(mine) != len(right) else None
