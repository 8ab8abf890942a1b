"""What a check gets to see: the trace of each case beside its reference."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from grader.course import Exercise
from grader.reference import Reference, Replay, Trajectory
from grader.submission import Submission
from grader.trace import CaseTrace, Problem, Trace


class Unmet(AssertionError):
    """A check that isn't met: a sentence for the student, and where it shows first.

    The sentence explains without giving hidden inputs or expected values away.
    """

    def __init__(self, message: str, case: str = "", step: int | None = None) -> None:
        """`step` counts from 1."""
        super().__init__(message)
        self.message, self.case, self.step = message, case, step


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

    @cached_property
    def expected(self) -> Trajectory | Replay:
        """What should have happened at each step, from where it stood."""
        return self.reference.replay(self.trace)

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
        """What its coarsest dtype asks for."""
        return max((TOLERANCES[dtype] for _, _, dtype in self.reference.layout), key=lambda t: t.relative)

    def first_apart(self, actual: Tensor, expected: Tensor, around: Tensor | None = None) -> tuple[int, int] | None:
        """The first row, and in it the parameter, where two (S, P) arrays part beyond the tolerance; None where they don't.

        Args:
            actual, expected: rows of flattened parameters, gradients or updates. NaN and infinity part from everything.
            around: (S, P) the parameters that updates were computed as differences of, whose rounding is forgiven.
        """
        tolerance = self.tolerance
        parted: list[tuple[int, int]] = []
        for number, where in enumerate(self.reference.slices):
            a, e = actual[:, where], expected[:, where]
            if not a.numel():
                continue
            allowed = tolerance.relative * e.abs() + tolerance.floor * e.abs().amax(1, keepdim=True)
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

    @property
    def error(self) -> Problem | None:
        """What stopped the run, if anything did: while loading, or in the first case that didn't return."""
        if self.trace.error is not None:
            return self.trace.error
        return next((case.trace.error for case in self.cases if case.trace.error), None)
