"""What exercises expect of a training loop, each as one function that raises `Unmet`.

They go by recomputation alone: the gradient at the recorded parameters on the grader's own inputs, the update from the
grader's own optimizer, and the parameters before a step equal to those after the last. Whoever passes has done the work.
"""

import math
from typing import Any

import torch
from torch import Tensor

from grader.checks.run import JudgedCase, Run, Unmet
from grader.course import Exercise
from grader.source import uses_of_optim
from grader.trace import Other, Problem


def finishes(run: Run) -> None:
    """Every case returns."""
    if run.error is not None:
        raise Unmet(explain(run.error, run.exercise))


def explain(error: Problem, exercise: Exercise) -> str:
    """One sentence about why a run stopped, with the learner's line where it is known."""
    line = f" in line {error.line}" if error.line else ""
    match error.kind:
        case "not_started":
            return f"Not started yet. {exercise.about.begin}"
        case "timed_out":
            return f"Still running after {exercise.about.limits.wall_s:g} s{line}: is there a loop that never ends?"
        case "out_of_memory":
            return f"It ran out of memory{line} ({exercise.about.limits.memory_mb} MB are allowed)."
        case "too_many_steps":
            return f"It was stopped{line}: it goes on far beyond the steps asked for. Is there a loop that never ends?"
        case "crashed" | "import" if error.type:
            said = f"It stopped{line} with {error.type}" + (f": {error.message}" if error.message else ".")
            return f"{said.rstrip('.')}. {NEXT[error.type]}" if error.type in NEXT else said
        case "crashed":
            return f"It stopped: {error.message}."
        case "refused":
            return error.message
        case _:
            return f"Line {error.line}: {error.message}." if error.line else f"{error.message}."


# What to do about exceptions whose own words don't say it.
NEXT = {
    "ModuleNotFoundError": "Here is torch, and Python's own library; a file of your own has to be handed in beside train.py.",
    "SystemExit": "That ends the whole program: let the function return.",
}


def steps_once_a_batch(run: Run) -> None:
    """As many steps as the plan has batches, from the weights given, each from where the last one led, and they move."""
    for case in run.cases:
        trace, steps, wanted = case.trace, case.trace.steps, len(case.reference.plan.batches)
        if trace.layout != case.reference.layout:
            raise Unmet(f"On {case.name}, the model isn't the one that your function was given.", case.name)
        if not torch.equal(trace.parameters[0], case.reference.initial):
            raise Unmet(f"On {case.name}, training doesn't start from the weights that the model came with.", case.name, 1)
        if not steps:
            raise Unmet(f"On {case.name}, the parameters never change: no step was taken.", case.name, 1)
        if steps[0].loss is None:
            raise Unmet(f"On {case.name}, a step is taken before there is any gradient.", case.name, 1)
        if len(steps) != wanted:
            raise Unmet(f"On {case.name}, {_count(len(steps))} taken where {_count(wanted, 'asked for')}.", case.name)
        if not torch.equal(case.before[0], case.reference.initial):
            raise Unmet(f"On {case.name}, the first step doesn't begin at the weights that the model came with.", case.name, 1)
        broken = (case.before[1:] != case.after[:-1]).any(dim=1)
        if broken.any():
            k = int(torch.nonzero(broken)[0]) + 1
            raise Unmet(f"On {case.name}, step {k + 1} doesn't begin where step {k} ended.", case.name, k + 1)
        if not torch.equal(trace.parameters[trace.events[-1].parameters], case.after[-1]):
            raise Unmet(f"On {case.name}, the parameters change after the last step.", case.name, len(steps))
        if not (case.after != case.before).any():
            raise Unmet(f"On {case.name}, the parameters never change: every step leaves them as they are.", case.name, 1)
        if trace.dtypes != tuple(dtype for _, _, dtype in trace.layout):
            raise Unmet(f"On {case.name}, the parameters end up in another dtype.", case.name)


def no_optimizer_of_torch(run: Run) -> None:
    """The source has nothing of torch.optim, and no optimizer of torch's was made. A rule on how, not on what."""
    for case in run.cases:
        for event in case.trace.events:
            if event.kind in ("optimizer", "step_start"):
                line = f" (line {event.line})" if event.line else ""
                raise Unmet(f"An optimizer of torch.optim is at work{line}: here the update is yours to write.", case.name)
    for name, number in uses_of_optim(run.submission):
        raise Unmet(f"{name}, line {number} uses torch.optim: here the update is yours to write.")


def gradients_of_the_batch(run: Run) -> None:
    """At each step, the gradient is that of the mean loss on the step's batch, at the parameters of that step."""
    for case in run.cases:
        what, right = "the gradient of", "the gradient of that step's loss"
        _agree(case, what, case.gradients, case.expected.gradients, right)


def updates_of_the_optimizer(run: Run) -> None:
    """Given the gradients it had, each step leads where the exercise's optimizer would."""
    for case in run.cases:
        what, right = "the change of", "the change that the optimizer asked for would make of your gradients"
        _agree(case, what, case.after - case.before, case.expected.after - case.before, right, case.before)


def _agree(case: JudgedCase, what: str, actual: Tensor, expected: Tensor, right: str, around: Tensor | None = None) -> None:
    """Raise Unmet at the first step and parameter where two (S, P) arrays part; see `JudgedCase.first_apart`."""
    apart = case.first_apart(actual, expected, around)
    if apart:
        step, number = apart
        where = case.reference.slices[number]
        how = compare(actual[step, where], expected[step, where])
        message = f"On {case.name}, at step {step + 1}{_before(step)}, {what} {_name(case, number)} is {how} {right}."
        raise Unmet(message, case.name, step + 1)


def returns_losses(run: Run) -> None:
    """The function returns the losses that the exercise asks for, of its own run, as floats."""
    for case in run.cases:
        losses = case.expected.losses.tolist()
        wanted = list(case.reference.plan.returned(losses))
        values = _floats(case, case.trace.returned, len(wanted))
        for k, (value, right) in enumerate(zip(values, wanted, strict=True)):
            if not abs(value - right) <= case.tolerance.relative * max(abs(right), 1e-12):
                raise Unmet(
                    f"On {case.name}, number {k + 1} of the list that you return isn't the loss that it should be: it is "
                    f"{compare(torch.tensor([value]), torch.tensor([right]))} it.",
                    case.name,
                    k + 1,
                )


def _floats(case: JudgedCase, returned: Any, wanted: int) -> list[float]:
    if not isinstance(returned, list):
        said = f"On {case.name}, your function returns {_kind(returned)}; a list of {wanted} floats is asked for."
        raise Unmet(said, case.name)
    if len(returned) != wanted:
        raise Unmet(f"On {case.name}, the list that you return has length {len(returned)}, not {wanted}.", case.name)
    for value in returned:
        if not isinstance(value, float):
            said = f"On {case.name}, the list that you return holds {_kind(value)}; plain Python floats are asked for"
            raise Unmet(f"{said} (`loss.item()` makes one of a tensor).", case.name)
    return returned


def _kind(value: object) -> str:
    if value is None:
        return "None"
    if isinstance(value, Other):
        return f"a {value.type}"
    if isinstance(value, Tensor):
        return "a tensor"
    return f"a {type(value).__name__}"


def compare(actual: Tensor, expected: Tensor) -> str:
    """How one array relates to another, in words that fit before "the …": "0.5 times", "0, and not", "unlike"."""
    if not torch.isfinite(actual).all():
        return "NaN or infinite, and not"
    size = float(expected.norm())
    if size == 0.0:
        return "not 0, as is"
    if not actual.any():
        return "0, and not"
    ratio = float(actual @ expected) / size**2
    if float((actual - ratio * expected).norm()) <= 1e-4 * abs(ratio) * size:
        few = f"{ratio:.3g}"
        return f"{ratio:.6f} times" if few == "1" else f"{few} times"
    gap = float((actual - expected).norm()) / size
    return f"{gap:.0%} away from" if math.isfinite(gap) and gap < 10 else "far away from"


def _before(step: int) -> str:
    return "" if step == 0 else " (and not before)"


def _name(case: JudgedCase, number: int) -> str:
    return f"`{case.reference.layout[number][0]}`"


def _count(number: int, verb: str = "") -> str:
    words = f"{number} step{'s' if number != 1 else ''} {'were' if number != 1 else 'was'}"
    return f"{words} {verb}".strip()
