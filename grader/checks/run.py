"""What a check gets to see: the trace of each case beside its reference."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from grader.course import Exercise
from grader.reference import Plan, Reference, Trajectory
from grader.replay import Replay, replay
from grader.submission import Submission
from grader.trace import CaseTrace, Problem, Trace


class Unmet(AssertionError):
    """A check that isn't met: a sentence for the student, and where it shows first.

    The sentence explains without giving hidden inputs or expected values away.
    """

    def __init__(self, message: str, case: str = "", step: int | None = None, share: float = 0.0) -> None:
        """`step` counts from 1; `share`, from 0 up to but not 1, is the part of its points that the check still earns."""
        super().__init__(message)
        self.message, self.case, self.step, self.share = message, case, step, share


@dataclass(frozen=True)
class Tolerance:
    """How far two right programs may be apart, element by element.

    Attributes:
        relative: to the expected value.
        floor: to the largest expected value of the same tensor.
        rounding: the unit roundoff of the dtype, which counts against the size of the parameters.
    """

    relative: float
    floor: float
    rounding: float


TOLERANCES = {
    "torch.float64": Tolerance(1e-5, 1e-9, 2.3e-16),
    "torch.float32": Tolerance(2e-3, 1e-4, 1.2e-7),
}


class JudgedCase:
    """One case: what happened, and what should have."""

    def __init__(self, trace: CaseTrace, reference: Reference) -> None:
        """Nothing is recomputed before it is asked for."""
        self.trace, self.reference = trace, reference

    @property
    def name(self) -> str:
        """The case's name, which a student may see."""
        return self.trace.name

    @property
    def arguments(self) -> dict[str, Any]:
        """What the inputs are drawn from: those of `Case.arguments`, not the inputs themselves."""
        return self.reference.case.arguments

    @property
    def plan(self) -> Plan:
        """What the exercise asks for on this case. Raises LookupError where it asks for no steps."""
        if self.reference.plan is None:
            raise LookupError(f"reference.py has no plan for {self.name}")
        return self.reference.plan

    @cached_property
    def expected(self) -> Trajectory | Replay:
        """What should have happened at each step, from where it stood."""
        return replay(self.reference, self.trace)

    @cached_property
    def before(self) -> Tensor:
        """(S, P) the parameters that each step began from."""
        return self.trace.parameters[[s.before for s in self.trace.steps]]

    @cached_property
    def after(self) -> Tensor:
        """(S, P) the parameters that each step led to."""
        return self.trace.parameters[[s.after for s in self.trace.steps]]

    @cached_property
    def gradients(self) -> Tensor:
        """(S, P) the gradient that each step had; zeros where there was none."""
        return self.trace.gradients[[s.gradient for s in self.trace.steps]]

    @cached_property
    def tolerance(self) -> Tolerance:
        """What the coarsest dtype of its parameters asks for, or else the dtype among its arguments."""
        asked = f"torch.{self.arguments.get('dtype', 'float64')}"
        dtypes = [dtype for _, _, dtype in self.reference.layout] or [asked]
        return max((TOLERANCES.get(dtype, TOLERANCES["torch.float64"]) for dtype in dtypes), key=lambda t: t.relative)

    def first_apart(
        self, actual: Tensor, expected: Tensor, around: Tensor | None = None, slack: float = 0.0
    ) -> tuple[int, int] | None:
        """The first row, and in it the parameter, where two (S, P) arrays part beyond the tolerance; None where they don't.

        Args:
            actual, expected: rows of flattened parameters, gradients or updates. NaN and infinity part from everything.
            around: (S, P) the parameters that updates were computed as differences of, whose rounding is forgiven.
            slack: what is forgiven besides, relative to the largest value of the row.
        """
        tolerance = self.tolerance
        parted: list[tuple[int, int]] = []
        for number, where in enumerate(self.reference.slices):
            a, e = actual[:, where], expected[:, where]
            if not a.numel():
                continue
            allowed = tolerance.relative * e.abs() + tolerance.floor * e.abs().amax(1, keepdim=True)
            if slack:
                allowed = allowed + slack * expected.abs().amax(1, keepdim=True)
            if around is not None:
                allowed = allowed + 4 * tolerance.rounding * around[:, where].abs()
            wrong = ~(((a - e).abs() <= allowed) & allowed.isfinite()).all(1)
            if wrong.any():
                parted.append((int(torch.nonzero(wrong)[0]), number))
        return min(parted) if parted else None


class Run:
    """All cases of a submission's run."""

    def __init__(self, exercise: Exercise, submission: Submission, trace: Trace, references: dict[str, Reference]) -> None:
        """`references` by the names of the cases."""
        self.exercise, self.submission, self.trace = exercise, submission, trace
        self.cases = [JudgedCase(case, references[case.name]) for case in trace.cases]
        self._asked = tuple(references)

    @property
    def error(self) -> Problem | None:
        """What stopped the run, if anything did: while loading, or in the first case that didn't return."""
        if self.trace.error is not None:
            return self.trace.error
        cases = [case.trace for case in self.cases] if len(self.cases) == len(self._asked) else self.trace.cases
        return next((case.error for case in cases if case.error), None)

    @property
    def is_part(self) -> bool:
        """Whether it has some of the cases only."""
        return len(self._asked) < len(self.exercise.cases)

    def parts(self) -> list["Run"]:
        """The run in the exercise's parts, each of which can be wrong by itself."""

        def tries(tasks: tuple[str, ...]) -> Callable[[dict[str, Any]], bool]:
            return lambda of: of.get("task") in tasks

        return [self._with(tries(tasks)) for tasks in self.exercise.about.parts]

    @property
    def names(self) -> frozenset[str]:
        """The names of the cases that it should have."""
        return frozenset(self._asked)

    def of(self, **arguments: Any) -> "Run":
        """The same run, with only the cases that have these among their arguments."""

        part = self._with(lambda of: all(key in of and of[key] == value for key, value in arguments.items()))
        if not part._asked:
            raise LookupError(f"no case has the arguments {arguments}")
        return part

    def _with(self, asked: Callable[[dict[str, Any]], bool]) -> "Run":
        part = copy.copy(self)
        part.cases = [case for case in self.cases if asked(case.arguments)]
        part._asked = tuple(case.name for case in self.exercise.cases if asked(case.arguments))
        return part
