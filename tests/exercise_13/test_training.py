"""The hidden checks of exercise_13. A docstring's first line is what the student reads."""

import pytest

from grader.checks import Run, expect


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """train() runs to its end."""
    expect.finishes(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_steps(run: Run) -> None:
    """It takes one step a batch, in every epoch, from the weights given."""
    expect.steps_once_a_batch(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_gradients(run: Run) -> None:
    """At each step, the gradient is that of this batch's loss, as it is or clipped to max_norm."""
    expect.gradients_of_the_batch(run)


@pytest.mark.points(4)
@pytest.mark.needs("test_steps")
def test_updates(run: Run) -> None:
    """Each update is the one that SGD with momentum 0.9 makes of the clipped gradient, at this epoch's learning rate."""
    expect.updates_of_the_optimizer(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_returns(run: Run) -> None:
    """It returns the learning rate used in each epoch, as floats."""
    expect.returns(run)
