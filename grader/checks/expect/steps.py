"""Of the steps that a submission took: how many, from where, along which gradient, and where to."""

from collections.abc import Sequence

import torch
from torch import Tensor

from grader.checks.expect.words import compare
from grader.checks.run import JudgedCase, Run, Unmet
from grader.trace import Step


def steps_once_a_batch(run: Run) -> None:
    """As many steps as the plan has batches, from the weights given, each from where the last one led, and they move."""
    for case in run.cases:
        steps, wanted = case.trace.steps, case.plan.steps
        if case.trace.layout != case.reference.layout:
            raise Unmet(f"On {case.name}, the model isn't the one that your function was given.", case.name)
        if not torch.equal(case.trace.parameters[0], case.reference.initial):
            raise Unmet(f"On {case.name}, training doesn't start from the weights that the model came with.", case.name, 1)
        if not steps:
            raise Unmet(f"On {case.name}, the parameters never change: no step was taken.", case.name, 1)
        if steps[0].loss is None:
            raise Unmet(f"On {case.name}, a step is taken before there is any gradient.", case.name, 1)
        if len(steps) != wanted:
            more = f"{_count(len(steps))} taken where {_count(wanted, 'asked for')}{_idle(steps)}"
            raise Unmet(f"On {case.name}, {more}.", case.name)
        _one_way(case, "the first step doesn't begin at the weights that the model came with")
        if not (case.after != case.before).any():
            raise Unmet(f"On {case.name}, the parameters never change: every step leaves them as they are.", case.name, 1)
        if case.trace.dtypes != tuple(dtype for _, _, dtype in case.trace.layout):
            raise Unmet(f"On {case.name}, the parameters end up in another dtype.", case.name)


def _idle(steps: Sequence[Step]) -> str:
    """The first step that no backward pass came before, in words: where there are too many, it is one too many."""
    idle = (k for k in range(1, len(steps)) if steps[k].passes == steps[k - 1].passes)
    number = next(idle, None)
    if number is None:
        return ""
    line = f" (line {steps[number].line})" if steps[number].line else ""
    return f"; step {number + 1}{line} moves the parameters once more after step {number}, with no backward pass between"


def follows_the_tape(run: Run) -> None:
    """Where the grader calls `step`: the parameters change there and nowhere else, and keep shape and dtype."""
    for case in run.cases:
        trace = case.trace
        if trace.layout != case.reference.layout or trace.dtypes != tuple(dtype for _, _, dtype in trace.layout):
            raise Unmet(f"On {case.name}, the parameters end up in another dtype.", case.name)
        if len(trace.steps) != case.plan.steps:
            raise Unmet(f"On {case.name}, the record of the steps isn't that of the steps asked for.", case.name)
        _one_way(case, "the parameters change before the first step, when the optimizer is made")
    if run.cases and not any((case.after != case.before).any() for case in run.cases):
        raise Unmet("The parameters never change: every step leaves them as they are.", run.cases[0].name, 1)


def _one_way(case: JudgedCase, elsewhere: str) -> None:
    """From the given weights to the last, nothing moves but in steps."""
    if not torch.equal(case.before[0], case.reference.initial):
        raise Unmet(f"On {case.name}, {elsewhere}.", case.name, 1)
    broken = ~_same(case.before[1:], case.after[:-1]).all(dim=1)
    if broken.any():
        k = int(torch.nonzero(broken)[0]) + 1
        raise Unmet(f"On {case.name}, step {k + 1} doesn't begin where step {k} ended.", case.name, k + 1)
    if not _same(case.trace.parameters[case.trace.events[-1].parameters], case.after[-1]).all():
        raise Unmet(f"On {case.name}, the parameters change after the last step.", case.name, len(case.after))


def clears_the_tape(run: Run) -> None:
    """`zero_grad` takes the gradients away: what each step finds is what its own backward pass left."""
    for case in run.cases:
        what, right = "before it, `.grad` of", "what this step's backward pass computes: `zero_grad` leaves something behind"
        _agree(case, what, case.gradients, case.expected.gradients, right)


def gradients_of_the_batch(run: Run) -> None:
    """At each step, the gradient is that of the mean loss on the step's batch, at the parameters of that step.

    Where the plan prepares gradients for a step, they may be recorded before or after.
    """
    for case in run.cases:
        expected, right = case.expected.gradients, "the gradient of that step's loss"
        if case.plan.prepare is not None:
            ready = case.expected.prepared
            nearer = (case.gradients - ready).norm(dim=1) < (case.gradients - expected).norm(dim=1)
            expected = torch.where(nearer[:, None], ready, expected)
        _agree(case, "the gradient of", case.gradients, expected, right)


def updates_of_the_optimizer(run: Run) -> None:
    """Given the gradients it had, each step leads where the exercise's optimizer would."""
    for case in run.cases:
        ready = ", clipped as asked" if case.plan.prepare else ""
        what, right = "the change of", f"the change that the optimizer asked for would make of the same gradients{ready}"
        # torch's own clipping has a 1e-6 in it that a paper's has not, and a velocity may nearly cancel.
        slack = 1e-5 if case.plan.prepare else 0.0
        _agree(case, what, case.after - case.before, case.expected.after - case.before, right, case.before, slack)


def buffers(run: Run) -> None:
    """What the model keeps beside its parameters (running statistics) is what one training pass a step leaves there."""
    for case in run.cases:
        actual, expected = case.trace.buffers, case.expected.buffers
        if actual.shape != expected.shape:
            raise Unmet(f"On {case.name}, the model's buffers aren't those that it came with.", case.name)
        allowed = case.tolerance.relative * expected.abs() + case.tolerance.floor
        if not ((actual - expected).abs() <= allowed).all():
            raise Unmet(
                f"On {case.name}, the running statistics of the normalisation end up other than training alone makes them.",
                case.name,
            )


def _agree(
    case: JudgedCase,
    what: str,
    actual: Tensor,
    expected: Tensor,
    right: str,
    around: Tensor | None = None,
    slack: float = 0.0,
) -> None:
    """Raise Unmet at the first step and parameter where two (S, P) arrays part; see `JudgedCase.first_apart`."""
    apart = case.first_apart(actual, expected, around, slack)
    if apart:
        step, number = apart
        where = case.reference.slices[number]
        how = compare(actual[step, where], expected[step, where])
        message = f"On {case.name}, at step {step + 1}{_before(step)}, {what} {_name(case, number)} is {how} {right}."
        raise Unmet(message, case.name, step + 1)


def _same(a: Tensor, b: Tensor) -> Tensor:
    return (a == b) | (a.isnan() & b.isnan())


def _before(step: int) -> str:
    return "" if step == 0 else " (and not before)"


def _name(case: JudgedCase, number: int) -> str:
    return f"`{case.reference.layout[number][0]}`"


def _count(number: int, verb: str = "") -> str:
    words = f"{number} step{'s' if number != 1 else ''} {'were' if number != 1 else 'was'}"
    return f"{words} {verb}".strip()
