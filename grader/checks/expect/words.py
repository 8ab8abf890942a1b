"""What is said where something isn't met."""

import math

import torch
from torch import Tensor

from grader.checks.run import Run, Unmet
from grader.course import Exercise
from grader.trace import Other, Problem


def finishes(run: Run) -> None:
    """Every case returns."""
    if run.error is not None and run.error.kind == "not_started" and run.is_part:
        raise Unmet("Not started yet.")
    if run.error is not None:
        raise Unmet(explain(run.error, run.exercise))


def explain(error: Problem, exercise: Exercise) -> str:
    """One sentence about why a run stopped, with the learner's line where it is known."""
    line = f" in line {error.line}" if error.line else ""
    match error.kind:
        case "not_started":
            if is_begun(error, exercise):
                return f"Begun, and not finished: `{error.frames[-1][2]}` (line {error.line}) is still to be written."
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


def is_begun(error: Problem, exercise: Exercise) -> bool:
    """Whether a run came to another unwritten part than the first one of the stub, which must have been written then."""
    return bool(error.frames) and error.frames[-1][2] != exercise.first_part


# What to do about exceptions whose own words don't say it.
NEXT = {
    "ModuleNotFoundError": "Here is torch, and Python's own library; a file of your own has to be handed in beside train.py.",
    "SystemExit": "That ends the whole program: let the function return.",
}


def kind_of(value: object) -> str:
    """The type of a returned value, in words that a sentence goes on with."""
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
    if gap < 0.01:
        return "less than 1% away from"
    return f"{gap:.0%} away from" if math.isfinite(gap) and gap < 10 else "far away from"
