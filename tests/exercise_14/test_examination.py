"""The hidden checks of exercise_14. A docstring's first line is what the student reads."""

from typing import Any

import pytest

from grader.checks import JudgedCase, Run, Unmet, expect

# What may have gone wrong, for each name: where it is missed, and where it is given though nothing is wrong.
MISSED = {
    "frozen_parameters": "One parameter with requires_grad=False is enough.",
    "parameters_not_in_optimizer": "One trainable parameter is enough, and it has to be the same tensor, not an equal one.",
    "no_gradient": "One trainable parameter is enough; and a `.grad` from before doesn't count.",
    "shape_mismatch": "Compare the shapes themselves.",
    "softmax_before_cross_entropy": "What counts is what the model gives out, however it is made.",
    "loss_does_not_match_task": "Look at both sides: the targets' dtype, and the loss.",
    "learning_rate_too_high": "Does the trial move the parameters that its loss comes from? And is NaN larger than a number?",
}
NOT_THERE = {
    "frozen_parameters": "Every parameter of it has requires_grad=True.",
    "parameters_not_in_optimizer": "There may be several groups, and frozen parameters don't have to be in any.",
    "no_gradient": "Frozen parameters are rightly without one, and a gradient of zeros is one.",
    "shape_mismatch": "Class indices rightly have another shape than the scores; and floating point is more than float32.",
    "softmax_before_cross_entropy": "A softmax inside the model is no fault, nor is log-softmax before NLLLoss.",
    "loss_does_not_match_task": "Only the targets' dtype and the class of the loss count.",
    "learning_rate_too_high": "Train as the loop would: this optimizer, all its groups, gradients cleared before every step.",
}
# What of the set-up is no longer as it was, in the learner's words.
CHANGED = {
    "parameters": "the parameters have moved",
    "requires_grad": "requires_grad of a parameter has changed",
    "gradients": "the gradients are not as they were (a `.grad` of None included)",
    "buffers": "buffers have changed: running statistics, in a forward pass in train mode",
    "modes": "the mode (train or eval) of the model, or of a part of it, has changed",
    "optimizer": "the optimizer's state or groups have changed",
    "random": "torch's random state has moved on",
    "grad_enabled": "gradients are switched on or off for all that follows",
    "data": "X or y have changed",
}


@pytest.mark.points(1)
def test_finishes(run: Run) -> None:
    """examine() runs to its end, and returns a set of the seven names."""
    expect.finishes(run)
    for case in run.cases:
        found = _of(case, "found")
        if type(found) is not set:
            kind = "None" if found is None else f"a {getattr(found, 'type', type(found).__name__)}"
            said = f"On {case.name}, examine() returns {kind}; a set is asked for, an empty one where nothing is wrong."
            raise Unmet(said, case.name)
        strange = [name for name in found if name not in case.reference.sources.plan.NAMES]
        if strange:
            raise Unmet(f"On {case.name}, {strange[0]!r} is found, which is none of the seven names.", case.name)


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_frozen_parameters(run: Run) -> None:
    """frozen_parameters is found where it is, and only there."""
    _found(run, "frozen_parameters")


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_parameters_not_in_optimizer(run: Run) -> None:
    """parameters_not_in_optimizer is found where it is, and only there."""
    _found(run, "parameters_not_in_optimizer")


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_no_gradient(run: Run) -> None:
    """no_gradient is found where it is, and only there."""
    _found(run, "no_gradient")


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_shape_mismatch(run: Run) -> None:
    """shape_mismatch is found where it is, and only there."""
    _found(run, "shape_mismatch")


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_softmax_before_cross_entropy(run: Run) -> None:
    """softmax_before_cross_entropy is found where it is, and only there."""
    _found(run, "softmax_before_cross_entropy")


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_loss_does_not_match_task(run: Run) -> None:
    """loss_does_not_match_task is found where it is, and only there."""
    _found(run, "loss_does_not_match_task")


@pytest.mark.points(1)
@pytest.mark.needs("test_finishes")
def test_learning_rate_too_high(run: Run) -> None:
    """learning_rate_too_high is found where it is, and only there."""
    _found(run, "learning_rate_too_high")


@pytest.mark.points(2)
@pytest.mark.needs("test_finishes")
def test_leaves_the_setup(run: Run) -> None:
    """It leaves the set-up as it found it: parameters, gradients, modes, optimizer and random state, to the last bit."""
    for name in ("no_gradient", "learning_rate_too_high"):
        if not any(name in _of(case, "found") for case in run.cases):
            raise Unmet(f"Not judged as long as {name} is never found: what would look for it is what may leave traces.")
    for case in run.cases:
        problem, state = case.reference.sources.problem, _of(case, "state")
        untouched = case.reference.sources.plan.untouched(problem, case.reference.case.arguments)
        state = state if isinstance(state, dict) else {}
        changed = [CHANGED[part] for part in untouched if not problem.same(state.get(part), untouched[part])]
        if changed:
            raise Unmet(f"On {case.name}, after the examination {', and '.join(changed)}.", case.name)


def _found(run: Run, name: str) -> None:
    for case in run.cases:
        there, found = name in case.reference.case.expected, name in _of(case, "found")
        if there and not found:
            raise Unmet(f"On {case.name}, {name} isn't found, though it is there. {MISSED[name]}", case.name)
        if found and not there:
            raise Unmet(f"On {case.name}, {name} is found, and it isn't there. {NOT_THERE[name]}", case.name)


def _of(case: JudgedCase, key: str) -> Any:
    return case.trace.returned[key] if isinstance(case.trace.returned, dict) else None
