"""What a program should have done at each of its own steps, from where it stood."""

from functools import cached_property

import torch
from torch import Tensor

from grader.reference import Reference, Trajectory, flat
from grader.trace import CaseTrace

SAME = 1e-9  # relative: right programs in float64 agree to 1e-10 over the steps of a probe


def replay(reference: Reference, trace: CaseTrace) -> "Trajectory | Replay":
    """Ask that of each step of a trace: the gradient where it stood, the update by the gradient it had."""
    mine, known = Replay(reference, trace), reference.trajectory
    if (
        mine.before.shape == known.before.shape
        and _near(mine.before, known.before)
        and (_near(mine.given, known.gradients) or _near(mine.given, known.prepared))
    ):
        return known  # it did what the reference does: the same question, answered already
    return mine


class Replay:
    """What should have happened at each step of a trace, as far as it is asked for. Steps beyond the plan's are left out.

    The optimizer's state is the grader's own, and comes from the gradients of the trace, so that a wrong gradient doesn't make
    a right update look wrong; and so are the running statistics and the random state. The arrays are those of `Trajectory`.
    """

    def __init__(self, reference: Reference, trace: CaseTrace) -> None:
        """Nothing is computed yet."""
        assert reference.plan is not None
        self._reference = reference
        steps = trace.steps[: reference.plan.steps]
        self.before = trace.parameters[[s.before for s in steps]]
        self.given = trace.gradients[[s.gradient for s in steps]]
        self._went = trace.parameters[[s.after for s in steps]]
        self._present = trace.present[[s.gradient for s in steps]]

    @cached_property
    def _walked(self) -> tuple[list[Tensor], list[Tensor], list[float], tuple[float, ...], Tensor]:
        """Gradients, prepared ones, losses, numbers kept and buffers, on the way that the trace went."""
        reference = self._reference
        gradients, prepared, losses, measured = [], [], [], []
        reference.restart()
        for step, (before, after) in enumerate(zip(self.before, self._went, strict=True)):
            reference.set(before)
            losses.append(reference.backward(step))
            gradients.append(reference.gradient())
            reference.prepare()
            prepared.append(reference.gradient())
            reference.set(after)
            measured.append(reference.measure(step))
        kept = tuple(m for m in measured if m is not None)
        return gradients, prepared, losses, kept, flat(list(reference.model.buffers()))

    @cached_property
    def gradients(self) -> Tensor:
        """(S, P) the gradient of each step's batch, where the step began."""
        return self._stack(self._walked[0])

    @cached_property
    def prepared(self) -> Tensor:
        """(S, P) the same, made ready for the step."""
        return self._stack(self._walked[1])

    @property
    def losses(self) -> Tensor:
        """(S,) the loss of each step's batch, where the step began."""
        return torch.tensor(self._walked[2], dtype=torch.float64)

    @property
    def measured(self) -> tuple[float, ...]:
        """What `Plan.measure` kept, of the parameters that the trace had."""
        return self._walked[3]

    @property
    def buffers(self) -> Tensor:
        """(B,) what the model would keep beside its parameters, had it seen each step's batch once."""
        return self._walked[4]

    @cached_property
    def after(self) -> Tensor:
        """(S, P) where each step should have led."""
        reference, rows = self._reference, []
        reference.restart()
        optimizer = reference.optimizer()
        for step, (row, given, present) in enumerate(zip(self.before, self.given, self._present.tolist(), strict=True)):
            reference.set(row)
            for p, where, there in zip(reference.parameters, reference.slices, present, strict=True):
                p.grad = given[where].reshape(p.shape).to(p.dtype) if there and p.requires_grad else None
            reference.update(optimizer, step)
            rows.append(flat(reference.parameters))
        return self._stack(rows)

    def _stack(self, rows: list[Tensor]) -> Tensor:
        return torch.stack(rows) if rows else torch.zeros(0, len(self._reference.initial), dtype=torch.float64)


def _near(a: Tensor, b: Tensor) -> bool:
    """Whether two arrays of one shape agree as nearly as two right programs do. NaN is near to nothing."""
    return bool(((a - b).abs() <= SAME * (1e-7 + b.abs())).all())
