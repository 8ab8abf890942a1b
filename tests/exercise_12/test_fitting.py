"""The hidden checks of exercise_12. A docstring's first line is what the student reads."""

import pytest

from grader.checks import Run, Unmet, expect


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """fit() runs to its end."""
    expect.finishes(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_finishes")
def test_steps(run: Run) -> None:
    """It takes one step a training batch in every epoch, and none on the validation data."""
    expect.steps_once_a_batch(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_gradients(run: Run) -> None:
    """At each step, the gradient is that of this batch's loss in train mode, and of nothing else."""
    expect.gradients_of_the_batch(run.of(kind="norm"))  # without dropout: no random numbers yet
    try:
        expect.gradients_of_the_batch(run)
    except Unmet as unmet:
        said = "Where there is no dropout all is right: is the model in train mode at each step, and does nothing else draw "
        raise Unmet(f"{unmet.message} {said}random numbers?", unmet.case, unmet.step) from None


@pytest.mark.points(1)
@pytest.mark.needs("test_steps")
def test_updates(run: Run) -> None:
    """Each update is the one that Adam makes of the gradients it is given."""
    expect.updates_of_the_optimizer(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_steps")
def test_statistics(run: Run) -> None:
    """The running statistics come from the training batches, and from them alone."""
    expect.buffers(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_steps")
def test_training_losses(run: Run) -> None:
    """Under "train" it returns each epoch's mean training loss per example, as floats."""
    returns(run, "train")


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_validation_losses(run: Run) -> None:
    """Under "val" it returns the mean validation loss per example after each epoch, in eval mode, as floats."""
    returns(run, "val")


def returns(run: Run, key: str) -> None:
    """What is returned is a dict of two lists, and the one under this key is as the plan has it."""
    for case in run.cases:
        returned = case.trace.returned
        wanted = case.plan.returned(case.expected.losses.tolist(), case.expected.measured)
        if isinstance(returned, dict) and returned.keys() != wanted.keys():
            raise Unmet(f'On {case.name}, the dict that you return has other keys than "train" and "val".', case.name)
        if not isinstance(returned, dict):
            expect.same(case, returned, wanted, "what your function returns")  # says what it is
        expect.same(case, returned[key], wanted[key], f'the list under "{key}"')
