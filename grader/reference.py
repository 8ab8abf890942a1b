"""The reference: torch.optim itself, on the grader's side, on the same inputs and the same machine.

It answers two questions about a case. What would a right program have done from the start (`Reference.trajectory`)? And what
should this program have done at each of its own steps, from where it stood (`Reference.replay`)? The second is what the checks
go by: one wrong step doesn't make the following ones wrong, and whoever passes has done the work.
"""

import contextlib
import importlib.util
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import torch
from torch import Tensor, nn

from grader.course import Case, Exercise
from grader.faults import GraderFault
from grader.trace import CaseTrace

SAME = 1e-9  # relative: right programs in float64 agree to 1e-10 over the steps of a probe


@dataclass(frozen=True)
class Plan:
    """What an exercise asks for, as torch.optim would do it.

    Attributes:
        optimizer: makes it, given the parameters.
        batches: (X, y) for each step.
        losses: takes the loss of each step, before its update, to the numbers that the function returns.
    """

    optimizer: Callable[[Sequence[nn.Parameter]], torch.optim.Optimizer]
    batches: Sequence[tuple[Tensor, Tensor]]
    returned: Callable[[Sequence[float]], Any] = list


@dataclass(frozen=True)
class Trajectory:
    """What was expected at each of S steps, for P parameters in all, flattened as in a trace.

    Attributes:
        before: (S, P) the parameters that a step began from.
        gradients: (S, P) of that step's batch, at `before`.
        after: (S, P) where the step should lead, given its gradient.
        losses: (S,) before the step.
    """

    before: Tensor
    gradients: Tensor
    after: Tensor
    losses: Tensor


class Reference:
    """One case of an exercise, with its own copy of the inputs."""

    def __init__(self, exercise: "Sources", case: Case) -> None:
        """`exercise` gives the author's two modules; the inputs are drawn on first use."""
        self.sources, self.case = exercise, case

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """What the learner's function was called with, drawn anew."""
        return cast(dict[str, Any], self.sources.problem.problem(**self.case.arguments))

    @cached_property
    def model(self) -> nn.Module:
        """The model among the arguments."""
        return next(a for a in self.arguments.values() if isinstance(a, nn.Module))

    @cached_property
    def parameters(self) -> list[nn.Parameter]:
        """All of the model's parameters, frozen ones too, in the trace's order."""
        return list(self.model.parameters())

    @cached_property
    def initial(self) -> Tensor:
        """(P,) the parameters at the start, flattened."""
        _ = self.arguments
        return flat(self.parameters)

    @cached_property
    def plan(self) -> Plan:
        """What the exercise asks for, on these arguments."""
        return cast(Plan, self.sources.plan.plan(**self.arguments))

    @cached_property
    def layout(self) -> tuple[tuple[str, tuple[int, ...], str], ...]:
        """Name, shape and dtype of each parameter."""
        return tuple((name, tuple(p.shape), str(p.dtype)) for name, p in self.model.named_parameters())

    @cached_property
    def slices(self) -> list[slice]:
        """Where each parameter lies in a flattened row."""
        found, at = [], 0
        for p in self.parameters:
            found.append(slice(at, at + p.numel()))
            at += p.numel()
        return found

    @cached_property
    def trajectory(self) -> Trajectory:
        """What a right program does, from the start."""
        self.set(self.initial)
        optimizer = self.optimizer()
        rows: list[tuple[Tensor, Tensor, Tensor]] = []
        losses = []
        for X, y in self.plan.batches:
            before = flat(self.parameters)
            losses.append(self.backward(X, y))
            gradient = self.gradient()
            _step(optimizer)
            rows.append((before, gradient, flat(self.parameters)))
        before, gradients, after = (torch.stack(column) for column in zip(*rows, strict=True))
        return Trajectory(before, gradients, after, torch.tensor(losses, dtype=torch.float64))

    def replay(self, trace: CaseTrace) -> "Trajectory | Replay":
        """What should have happened at each step of a trace: the gradient where it stood, the update by the gradient it had."""
        replay = Replay(self, trace)
        known = self.trajectory
        if (
            replay.before.shape == known.before.shape
            and near(replay.before, known.before)
            and near(replay.given, known.gradients)
        ):
            return known  # it did what the reference does: the same question, answered already
        return replay

    def optimizer(self) -> torch.optim.Optimizer:
        """The optimizer that the exercise asks for, new, on this copy of the parameters."""
        with _without_dynamo():
            return self.plan.optimizer(self.parameters)

    def loss(self, X: Tensor, y: Tensor) -> Tensor:
        """The loss of a batch at the present parameters."""
        return cast(Tensor, self.arguments["loss_fn"](self.model(X), y))

    def backward(self, X: Tensor, y: Tensor) -> float:
        """Leave the gradients of a batch's loss, and of nothing else, in `.grad`, and return the loss."""
        for p in self.parameters:
            p.grad = None
        loss = self.loss(X, y)
        loss.backward()
        return float(loss.detach())

    def gradient(self) -> Tensor:
        """(P,) all `.grad`, flattened, zeros where there is none."""
        return flat([torch.zeros_like(p) if p.grad is None else p.grad for p in self.parameters])

    def set(self, row: Tensor) -> None:
        """Put the parameters to those of a flattened row."""
        with torch.no_grad():
            for p, where in zip(self.parameters, self.slices, strict=True):
                p.copy_(row[where].reshape(p.shape))


class Replay:
    """What should have happened at each step of a trace, as far as it is asked for. Steps beyond the plan's are left out.

    The optimizer's state is the grader's own, and comes from the gradients of the trace, so that a wrong gradient doesn't make
    a right update look wrong. The arrays are those of `Trajectory`.
    """

    def __init__(self, reference: Reference, trace: CaseTrace) -> None:
        """Nothing is computed yet."""
        self._reference, self._batches = reference, reference.plan.batches
        steps = trace.steps[: len(self._batches)]
        self.before = trace.parameters[[s.before for s in steps]]
        self.given = trace.gradients[[s.gradient for s in steps]]
        self._present = trace.present[[s.gradient for s in steps]]

    @cached_property
    def gradients(self) -> Tensor:
        """(S, P) the gradient of each step's batch, where the step began."""
        rows = []
        for row, (X, y) in zip(self.before, self._batches, strict=False):
            self._reference.set(row)
            self._reference.backward(X, y)
            rows.append(self._reference.gradient())
        return self._stack(rows)

    @cached_property
    def losses(self) -> Tensor:
        """(S,) the loss of each step's batch, where the step began."""
        values = []
        with torch.no_grad():
            for row, (X, y) in zip(self.before, self._batches, strict=False):
                self._reference.set(row)
                values.append(float(self._reference.loss(X, y)))
        return torch.tensor(values, dtype=torch.float64)

    @cached_property
    def after(self) -> Tensor:
        """(S, P) where each step should have led."""
        reference, rows = self._reference, []
        reference.set(reference.initial)
        optimizer = reference.optimizer()
        for row, given, present in zip(self.before, self.given, self._present.tolist(), strict=True):
            reference.set(row)
            for p, where, there in zip(reference.parameters, reference.slices, present, strict=True):
                p.grad = given[where].reshape(p.shape).to(p.dtype) if there and p.requires_grad else None
            _step(optimizer)
            rows.append(flat(reference.parameters))
        return self._stack(rows)

    def _stack(self, rows: list[Tensor]) -> Tensor:
        return torch.stack(rows) if rows else torch.zeros(0, len(self._reference.initial), dtype=torch.float64)


class Sources:
    """The two modules of an exercise that its author wrote for both sides: `problem.py`, and the hidden `reference.py`."""

    def __init__(self, exercise: Exercise) -> None:
        """Both are imported by path: they are the course's, not the learner's."""
        self.problem = _import(exercise.folder / "problem.py", f"descent_{exercise.name}_problem")
        self.plan = _import(exercise.judging / "reference.py", f"descent_{exercise.name}_reference")


def references(exercise: Exercise) -> dict[str, Reference]:
    """The reference of every case, by the case's name."""
    sources = Sources(exercise)
    return {case.name: Reference(sources, case) for case in exercise.cases}


def flat(tensors: Sequence[Tensor]) -> Tensor:
    """(P,) tensors concatenated to one float64 vector."""
    return torch.cat([t.detach().reshape(-1).to(torch.float64) for t in tensors])


def near(a: Tensor, b: Tensor) -> bool:
    """Whether two arrays of one shape agree as nearly as two right programs do. NaN is near to nothing."""
    return bool(((a - b).abs() <= SAME * (1e-7 + b.abs())).all())


# The first optimizer that a process makes or steps imports torch._dynamo, a second of 800 modules that serve torch.compile
# alone. The grader doesn't compile anything, and somebody is waiting: so it calls what those wrappers wrap.


@contextlib.contextmanager
def _without_dynamo() -> Iterator[None]:
    wrapped = torch.optim.Optimizer.add_param_group
    torch.optim.Optimizer.add_param_group = inspect.unwrap(wrapped)  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.optim.Optimizer.add_param_group = wrapped  # type: ignore[method-assign]


def _step(optimizer: torch.optim.Optimizer) -> None:
    with torch.no_grad():
        inspect.unwrap(type(optimizer).step)(optimizer)


def _import(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise GraderFault(f"The course's file {path} is missing.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
