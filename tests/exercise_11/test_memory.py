"""The hidden checks of exercise_11. A docstring's first line is what the student reads."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.checks import Run, Unmet, expect
from grader.checks.run import JudgedCase

OPTIMIZERS = {
    "sgd": "plain SGD",
    "momentum": "SGD with momentum",
    "adam": "Adam",
    "amsgrad": "Adam with amsgrad",
    "groups": "AdamW with two groups",
}
BROKEN = "the record of the run isn't as it should be"


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """save() and resume() run, and resume() gives a model and an optimizer."""
    part = run.of(task="resume")
    expect.finishes(part)
    for case in part.cases:
        if "saved" in _record(case):
            got = str(_record(case)["saved"])[:50].replace("NoneType", "None")
            raise Unmet(f"On {case.name}, save() returns {got}, where a dict is asked for.", case.name)
        if "neither" in _record(case):
            got = str(_record(case)["neither"])[:50].replace("NoneType", "None")
            raise Unmet(f"On {case.name}, resume() returns {got}, where a tuple (model, optimizer) is asked for.", case.name)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_loads(run: Run) -> None:
    """torch.load(weights_only=True) takes the checkpoint."""
    for case in run.of(task="resume").cases:
        if "refused" in _record(case):
            said = "something in it is neither a tensor, a number, a string nor a plain container"
            raise Unmet(f"On {case.name}, torch.load(weights_only=True) refuses the checkpoint: {said}.", case.name)


@pytest.mark.points(1)
@pytest.mark.needs("test_loads")
def test_leaves_the_run_alone(run: Run) -> None:
    """A run that is saved and goes on isn't disturbed by it."""
    for case in run.of(task="resume").cases:
        sources = case.reference.sources
        expected = sources.plan.uninterrupted(sources.problem, **case.reference.arguments)
        expect.same(case, _record(case).get("uninterrupted"), expected, "the run that goes on after save()")


@pytest.mark.points(1)
@pytest.mark.needs("test_leaves_the_run_alone")
def test_weights(run: Run) -> None:
    """The resumed model begins with the weights that were saved, to the last bit."""
    for case in run.of(task="resume").cases:
        resumed, expected = _rows(case, "parameters")
        _equal(case, resumed[0], expected[0], "the resumed model begins with other weights than were saved")


@pytest.mark.points(1)
@pytest.mark.needs("test_leaves_the_run_alone")
def test_buffers(run: Run) -> None:
    """It begins with the saved running statistics of its normalisation too, which are no parameters."""
    for case in run.of(task="resume").cases:
        resumed, expected = _rows(case, "buffers")
        _equal(case, resumed[0], expected[0], "the resumed model begins with other running statistics than were saved")


@pytest.mark.points(3)
@pytest.mark.needs("test_weights")
def test_steps(run: Run) -> None:
    """Every step from there on equals that of the uninterrupted run, to the last bit."""
    for case in run.of(task="resume").cases:
        for step, (actual, expected) in enumerate(zip(*_rows(case, "parameters"), strict=True)):
            which = "the first step" if step == 1 else f"step {step}, and none before it,"
            said = f"{which} after resuming leads elsewhere than in the run that went on"
            _equal(case, actual, expected, said, step)


@pytest.mark.points(2)
def test_bytes(run: Run) -> None:
    """state_bytes() counts all tensors in the state, each at its own size, and nothing else."""
    part = run.of(task="bytes")
    expect.finishes(part)
    for case in part.cases:
        sources = case.reference.sources
        for name, wanted in sources.plan.state_bytes(sources.problem, **case.reference.arguments).items():
            counted = _record(case).get(name)
            if not isinstance(counted, list) or len(counted) != len(wanted):
                raise Unmet(f"On {case.name}, {BROKEN}.", case.name)
            for when, actual, right in zip(("before the first step", "after a step"), counted, wanted, strict=True):
                where = f"On {case.name}, for {OPTIMIZERS[name]} {when}"
                if type(actual) is not int:
                    raise Unmet(f"{where}, state_bytes() doesn't return an int.", case.name)
                if actual != right:
                    raise Unmet(f"{where}, state_bytes() counts too {'many' if actual > right else 'few'} bytes.", case.name)


def _record(case: JudgedCase) -> dict[str, Any]:
    """What `drive` returned."""
    if not isinstance(case.trace.returned, dict):
        raise Unmet(f"On {case.name}, {BROKEN}.", case.name)
    return case.trace.returned


def _rows(case: JudgedCase, kind: str) -> tuple[list[Tensor], list[Tensor]]:
    """The parameters or buffers at the start and after each step: of the resumed run, and of the uninterrupted one."""
    both = []
    for name in ("resumed", "uninterrupted"):
        rows = _record(case).get(name)
        rows = rows.get(kind) if isinstance(rows, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, Tensor) for row in rows):
            raise Unmet(f"On {case.name}, {BROKEN}.", case.name)
        both.append(rows)
    resumed, uninterrupted = both
    if len(resumed) != len(uninterrupted):
        raise Unmet(f"On {case.name}, {BROKEN}.", case.name)
    return resumed, uninterrupted


def _equal(case: JudgedCase, actual: Tensor, expected: Tensor, otherwise: str, step: int | None = None) -> None:
    """Say `otherwise` where two tensors differ in a single bit."""
    if actual.dtype != expected.dtype:
        raise Unmet(f"On {case.name}, the resumed model is of another dtype than the one that was saved.", case.name, step)
    if not torch.equal(actual, expected):
        near = actual.shape == expected.shape and bool(((actual - expected).abs() <= 1e-2 * expected.abs() + 1e-6).all())
        little = ", by very little: was something saved with fewer digits?" if near else "."
        raise Unmet(f"On {case.name}, {otherwise}{little}", case.name, step)
