"""The hidden checks of exercise_02. A docstring's first line is what the student reads."""

import pytest

from grader.checks import Run, expect


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """descend() runs to its end."""
    expect.finishes(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_by_hand(run: Run) -> None:
    """The source: it uses nothing of torch.optim."""
    expect.no_optimizer_of_torch(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_finishes")
def test_steps(run: Run) -> None:
    """It takes as many steps as asked for, from the weights given."""
    expect.steps_once_a_batch(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_gradients(run: Run) -> None:
    """At each step, the gradient is that of this step's loss, and of nothing else."""
    expect.gradients_of_the_batch(run)


@pytest.mark.points(3)
@pytest.mark.needs("test_steps")
def test_updates(run: Run) -> None:
    """Each parameter with a gradient moves by −lr times it, and no other moves."""
    expect.updates_of_the_optimizer(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_steps")
def test_returns(run: Run) -> None:
    """It returns the loss of each step, before its update, as floats."""
    expect.returns(run)
