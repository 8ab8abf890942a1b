"""The hidden checks of exercise_09. A docstring's first line is what the student reads."""

import pytest

from grader.checks import Run, expect


def _with_all_gradients(run: Run) -> list[Run]:
    """Those parts of the run in which no gradient goes missing on the way."""
    return [run.of(task="step"), run.of(task="rates")]


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """The optimizer can be made, steps, and clears, without an error."""
    for part in _with_all_gradients(run):
        expect.finishes(part)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_own_work(run: Run) -> None:
    """The update is its own: no optimizer of torch.optim does it."""
    expect.no_optimizer_of_torch(run, base=True)


@pytest.mark.points(1)
@pytest.mark.needs("test_own_work")
def test_moves(run: Run) -> None:
    """Each step moves the very parameters that it was given, in their dtype, and nothing else does."""
    for part in _with_all_gradients(run):
        expect.follows_the_tape(part)


@pytest.mark.points(1)
@pytest.mark.needs("test_own_work")
def test_clears(run: Run) -> None:
    """zero_grad() takes all gradients away."""
    for part in _with_all_gradients(run):
        expect.clears_the_tape(part)


@pytest.mark.points(4)
@pytest.mark.needs("test_moves")
def test_updates(run: Run) -> None:
    """Each update is the one that Adam makes of the gradients so far, with these betas, eps and learning rate."""
    expect.updates_of_the_optimizer(run.of(task="step"))


@pytest.mark.points(1)
@pytest.mark.needs("test_moves")
def test_rates(run: Run) -> None:
    """A learning rate set between two steps counts from the next step on, and for that step alone."""
    expect.updates_of_the_optimizer(run.of(task="rates"))


@pytest.mark.points(1)
@pytest.mark.needs("test_moves")
def test_missing(run: Run) -> None:
    """A parameter whose gradient is None is skipped, by step() and by zero_grad(), and those after it are not."""
    part = run.of(task="missing")
    expect.finishes(part)
    expect.follows_the_tape(part)
    expect.clears_the_tape(part)
    expect.updates_of_the_optimizer(part)
