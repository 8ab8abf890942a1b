"""The hidden checks of exercise_05. A docstring's first line is what the student reads."""

import pytest

from grader.checks import Run, expect


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """train() runs to its end."""
    expect.finishes(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_finishes")
def test_steps(run: Run) -> None:
    """It takes one step for every `accumulate` batches, and one for what an epoch leaves over, from the weights given."""
    expect.steps_once_a_batch(run)


@pytest.mark.points(4)
@pytest.mark.needs("test_steps")
def test_gradients(run: Run) -> None:
    """At each step, the gradient is that of the mean loss over all the examples of the step's batches."""
    if not moves_as_asked(run):
        expect.gradients_of_the_batch(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_updates(run: Run) -> None:
    """Each update is the one that SGD makes of the gradients it is given."""
    if not moves_as_asked(run):
        expect.updates_of_the_optimizer(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_steps")
def test_returns(run: Run) -> None:
    """It returns each step's mean loss per example, as floats."""
    expect.returns(run)


def moves_as_asked(run: Run) -> bool:
    """Whether every step leads where SGD leads along the right gradient, whatever `.grad` held on the way.

    An update by hand may divide the sum of the gradients while it moves the parameters, so that `.grad` never holds their
    mean. Plain SGD remembers nothing: a step is right or wrong by itself.
    """
    for case in run.cases:
        wanted = -case.reference.arguments["lr"] * case.expected.gradients
        if case.first_apart(case.after - case.before, wanted, case.before):
            return False
    return True
