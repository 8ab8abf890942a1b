"""The hidden checks of exercise_01. A docstring's first line is what the student reads."""

import pytest
import torch

from grader.checks import Run, Unmet, expect

NAMES = ("before", "gradient", "after")


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """one_step() runs to its end."""
    expect.finishes(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_steps(run: Run) -> None:
    """It takes one step, from the weights given."""
    expect.steps_once_a_batch(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_gradients(run: Run) -> None:
    """The step's gradient is that of the loss, and of nothing else."""
    expect.gradients_of_the_batch(run)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps")
def test_updates(run: Run) -> None:
    """The step is the one that Adam makes of its gradient, in the weight and in the bias."""
    expect.updates_of_the_optimizer(run)


@pytest.mark.points(1)
@pytest.mark.needs("test_steps")
def test_returns(run: Run) -> None:
    """It returns three tensors of the weight's shape and dtype: (before, gradient, after)."""
    for case in run.cases:
        returned = case.trace.returned
        kinds = [type(value) for value in returned] if isinstance(returned, tuple) else []
        if kinds != [torch.Tensor] * 3:
            raise Unmet(
                f"On {case.name}, what you return isn't a tuple of three tensors: (before, gradient, after).", case.name
            )
        _, shape, dtype = case.reference.layout[0]
        for name, value in zip(NAMES, returned, strict=True):
            if tuple(value.shape) != shape or str(value.dtype) != dtype:
                raise Unmet(f"On {case.name}, `{name}` doesn't have the shape and dtype of model.weight.", case.name)


@pytest.mark.points(2)
@pytest.mark.needs("test_returns")
def test_independent(run: Run) -> None:
    """The three tensors are detached copies: nothing that happens to the model later changes them."""
    for case in run.cases:
        for name, now, later in zip(NAMES, case.trace.returned, case.trace.returned_later, strict=True):
            if now.requires_grad:
                raise Unmet(f"On {case.name}, `{name}` isn't detached: it still asks for gradients.", case.name)
            if not torch.equal(now, later):
                raise Unmet(f"On {case.name}, `{name}` changes when the model does later: it is the live tensor.", case.name)


@pytest.mark.points(1)
@pytest.mark.needs("test_independent")
def test_values(run: Run) -> None:
    """`before`, `gradient` and `after` are what they were at these three moments of the step."""
    for case in run.cases:
        weight = case.reference.slices[0]
        rows = case.before[0, weight], case.gradients[0, weight], case.after[0, weight]
        for name, value, row in zip(NAMES, case.trace.returned, rows, strict=True):
            if not torch.equal(value.flatten().double(), row):
                raise Unmet(f"On {case.name}, `{name}` is not what it was at that moment of your step.", case.name)
