"""What is said of what a run gave back."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.diagnosis.channels import histories, returns
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.evidence.loss import largest
from grader.diagnosis.evidence.words import counted, number, times

Values = Sequence[str]

WHOLES = {
    "mean of means": "the plain mean of its batches' means",
    "last": "the loss of its last batch alone",
    "first": "the loss of its first batch alone",
    "sum": "the sum of its batches' mean losses",
    "sum over examples": "the sum over all its examples",
    "smallest": "the smallest of its batches' losses",
    "largest": "the largest of its batches' losses",
    "over accumulate": "the sum of its batches' mean losses, divided by accumulate",
    "mean over the set's size": "the sum of its mean losses, divided by the number of all examples",
    "examples over batches": "the sum over its examples, divided by the number of batches",
    "over the last batch": "the sum over its examples, divided by the last batch's size",
    "over full batches": "the sum over its examples, divided as if every batch were full",
    "sum over all examples": "the sum over its examples, divided by the number of examples in the whole set",
}
SO_FAR = {
    "sum of all epochs so far": "the sum of all epochs' losses so far",
    "mean per example of all epochs so far": "the mean over all epochs so far",
    "sum over all examples of all epochs so far": "the sum of all epochs' losses so far",
    "sum of each epoch over all examples so far": "the sum over its examples, divided by those of all epochs so far",
}
DESCRIBED = dict(histories.descriptions())


def returned(walk: Walk, values: Values) -> str | None:
    """Losses that are others than asked for."""
    trace = walk.enacted.trace
    given = trace.returned.get("train") if isinstance(trace.returned, dict) else trace.returned
    part = "step" if "accumulate" in walk.enacted.reference.arguments else "epoch"
    mine = returns._floats(given)
    if mine is None or "gamma" in walk.enacted.reference.arguments:
        return None
    right = list(DESCRIBED[f"mean per example of each {part}"](walk))
    return _compared(walk, mine, right, values, part)


def _compared(walk: Walk, mine: list[float], right: list[float], values: Values, part: str) -> str | None:
    plan = walk.enacted.reference.plan
    asked = plan.steps if part == "step" and plan is not None else walk.data.epochs
    if len(mine) != len(right):
        many = f"{asked} are asked for, one for each {part}"
        return f"You return {counted(len(mine), 'number')}; {many}." if len(mine) != asked else None
    at = next((n for n, (a, b) in enumerate(zip(mine, right, strict=True)) if abs(a - b) > 1e-6 * abs(b)), None)
    if at is None or number(mine[at]) == number(right[at]):
        return None
    which = "The first number" if at == 0 else f"Number {at + 1} of those"
    of = part if len(walk.epochs[0]) == 1 and part == "epoch" else f"{part}'s losses"
    said = f"{which} that you return is {number(mine[at])}; the mean per example of that {of} is {number(right[at])}."
    reason = next((r for name in values if (r := _reason(name, part))), None)
    numbers = next((list(DESCRIBED[name](walk)) for name in values if _reason(name, part) and name in DESCRIBED), None)
    if reason and numbers and len(numbers) > at and abs(numbers[at] - mine[at]) <= 1e-7 * abs(mine[at]):
        return f"{said} {number(mine[at])} is {reason}."
    return said


def _reason(name: str, part: str) -> str | None:
    """A way in which losses may come about, in words."""
    if name in SO_FAR:
        return SO_FAR[name]
    if name.endswith(f"of each {part}, after the step"):
        return "the loss after the step" if name.startswith("mean per example") else None
    whole, _, rest = name.partition(f" of each {part}")
    return WHOLES.get(whole) if not rest else None


def returned_validation(walk: Walk, values: Values) -> str | None:
    """Validation losses that are others than asked for."""
    trace = walk.enacted.trace
    mine = returns._floats(trace.returned.get("val")) if isinstance(trace.returned, dict) else None
    right = [float(v) for v in walk.enacted.case.expected.measured]
    if mine is None or not right:
        return None
    if len(mine) != len(right):
        return f"You return {counted(len(mine), 'validation loss')}; {times(len(right))} is asked for, once an epoch."
    at = next((n for n, (a, b) in enumerate(zip(mine, right, strict=True)) if abs(a - b) > 1e-6 * abs(b)), None)
    if at is None or number(mine[at]) == number(right[at]):
        return None
    said = (
        f"Your validation loss of epoch {at + 1} is {number(mine[at])}; in eval mode, per example, it is {number(right[at])}."
    )
    groups = histories._others(walk)
    for whole in values:
        if whole in WHOLES and whole in histories.TOGETHER and len(groups) > at:
            of = [(len(f.prediction), walk.enacted.of(f)[0]) for f in groups[at]]
            if abs(histories.TOGETHER[whole](walk, of) - mine[at]) <= 1e-7 * abs(mine[at]):
                return f"{said} {number(mine[at])} is {WHOLES[whole]}."
    return said


def returned_rates(walk: Walk, _values: Values) -> str | None:
    """Learning rates that are others than those of the steps."""
    reference = walk.enacted.reference
    mine = returns._floats(walk.enacted.trace.returned)
    if mine is None or "gamma" not in reference.arguments or reference.plan is None or reference.plan.returned is None:
        return None
    right = [float(rate) for rate in reference.plan.returned([])]
    if len(mine) != len(right):
        return f"You return {counted(len(mine), 'rate')}; there are {counted(len(right), 'epoch')}."
    at = next((n for n, (a, b) in enumerate(zip(mine, right, strict=True)) if abs(a - b) > 1e-6 * abs(b)), None)
    if at is None:
        return None
    after = at + 1 < len(right) and abs(mine[at] - right[at + 1]) <= 1e-9 * right[at + 1]
    note = f": {number(mine[at])} is epoch {at + 2}'s" if after else ""
    return f"For epoch {at + 1} you return the rate {number(mine[at])}; {number(right[at])} is asked for{note}."


def kinds(walk: Walk, _values: Values) -> str | None:
    """Things returned of another type than asked for."""
    given: Any = walk.enacted.trace.returned
    if isinstance(given, dict):
        given = next((v for v in given.values() if isinstance(v, list) and v and not isinstance(v[0], float)), None)
    if isinstance(given, (list, tuple)) and given and isinstance(given[0], Tensor) and "lr" in walk.enacted.reference.arguments:
        if walk.data.epochs == 1 and isinstance(given, tuple):
            held = [n + 1 for n, v in enumerate(given) if isinstance(v, Tensor) and v.requires_grad]
            return (
                f"Tensor {held[0]} of those that you return has requires_grad=True: it is still part of a graph."
                if held
                else None
            )
        graph = " that is still part of a graph" if given[0].requires_grad else ""
        return f"The first thing in your list is a tensor{graph}; a Python float is asked for."
    if given is None:
        return "You return None." if walk.enacted.trace.returned is None and walk.enacted.trace.error is None else None
    return None


def part(number_of: int) -> Callable[[Walk, Values], str | None]:
    """One of the tensors (before, gradient, after) that exercise_01 asks for."""

    def tell(walk: Walk, _values: Values) -> str | None:
        trace = walk.enacted.trace
        given, later = trace.returned, trace.returned_later
        if not isinstance(given, tuple) or not isinstance(later, tuple) or len(given) <= number_of or len(later) <= number_of:
            return None
        mine, then = given[number_of], later[number_of]
        if not isinstance(mine, Tensor) or not isinstance(then, Tensor) or not walk.steps:
            return None
        size = walk.enacted.reference.slices[0]
        rows = trace.parameters
        right = [
            rows[0][size],
            walk.enacted.of(walk.uses[0].forward)[1][size] if walk.uses else rows[0][size],
            rows[walk.steps[-1].after][size],
        ]
        flat = mine.detach().reshape(-1).to(torch.float64)
        which = ("first", "second", "third")[number_of]
        if not torch.equal(mine.detach(), then.detach()):
            what = "gradient" if number_of == 1 else "weight"
            return f"When the model's {what} changes later, the {which} tensor that you returned changes with it."
        for at in largest(right[number_of]) if flat.shape == right[number_of].shape else []:
            own, wanted = float(flat[at]), float(right[number_of][at])
            if number(own) != number(wanted):
                what = ("before the step the weight", "the gradient", "after the step the weight")[number_of]
                return (
                    f"The {which} tensor that you return begins with {number(own)}; {what} is {number(wanted)}."
                    if at == 0
                    else None
                )
        return None

    return tell


Tell = Callable[[Walk, Values], str | None]
TELL: dict[str, Sequence[Tell]] = {
    "returned": (returned, returned_rates),
    "returned train": (returned,),
    "returned val": (returned_validation,),
    "returns": (kinds,),
    **{f"returned {n + 1}": (part(n),) for n in range(3)},
}
