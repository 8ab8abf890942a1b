"""The hidden checks of exercise_04. A docstring's first line is what the student reads."""

import pytest

from grader.checks import Run, expect


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """train() runs to its end."""
    expect.finishes(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_finishes")
def test_steps(run: Run) -> None:
    """It takes one step a batch, in every epoch, from the weights given."""
    expect.steps_once_a_batch(run)


@pytest.mark.points(3)
@pytest.mark.needs("test_steps")
def test_gradients(run: Run) -> None:
    """At each step, the gradient is that of this batch's loss, and of nothing else."""
    expect.gradients_of_the_batch(run)


@pytest.mark.points(3)
@pytest.mark.needs("test_steps")
def test_updates(run: Run) -> None:
    """Each update is the one that SGD makes, with this momentum, of the gradients it is given."""
    expect.updates_of_the_optimizer(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_steps")
def test_returns(run: Run) -> None:
    """It returns each epoch's mean loss per example, as floats."""
    expect.returns(run)
