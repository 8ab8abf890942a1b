"""The reference: torch.optim itself, on the grader's side, on the same inputs and the same machine.

It answers two questions about a case. What would a right program have done from the start (`Reference.trajectory`)? And what
should this program have done at each of its own steps, from where it stood (`grader.replay`)? The second is what the checks
go by: one wrong step doesn't make the following ones wrong, and whoever passes has done the work.
"""

import contextlib
import importlib.util
import inspect
import sys
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
from grader.tapes import Tape, leave


@dataclass(frozen=True)
class Plan:
    """What an exercise asks for, as torch.optim would do it.

    Attributes:
        optimizer: makes it, given the parameters.
        batches: (X, y) for each step; where a step goes along the gradient of several batches, all of them as one.
        tape: the gradients of each step, where they are given and no batches are.
        rates: the learning rate of each step; None where it stays.
        prepare: what is done to the gradients between `backward` and the step, given the parameters: clipping.
        measure: called after each step with its number, from 1, while the model stands as it does then, its buffers too;
            returns a number to keep, or None. It leaves the model as it was, and draws nothing.
        returned: takes the loss of each step, before its update, to what the function returns; with `measure`, takes
            these and the numbers kept.
    """

    optimizer: Callable[[Sequence[nn.Parameter]], torch.optim.Optimizer]
    batches: Sequence[tuple[Tensor, Tensor]] = ()
    tape: Tape | None = None
    rates: Sequence[float] | None = None
    prepare: Callable[[Sequence[nn.Parameter]], object] | None = None
    measure: Callable[[int], float | None] | None = None
    returned: Callable[..., Any] = list

    @property
    def steps(self) -> int:
        """How many there should be."""
        return len(self.tape.gradients) if self.tape else len(self.batches)


@dataclass(frozen=True)
class Trajectory:
    """What was expected at each of S steps, for P parameters in all, flattened as in a trace.

    Attributes:
        before: (S, P) the parameters that a step began from.
        gradients: (S, P) of that step's batch, at `before`.
        prepared: (S, P) the same, made ready for the step (`Plan.prepare`).
        after: (S, P) where the step should lead, given its gradient.
        losses: (S,) before the step.
        measured: what `Plan.measure` kept.
        buffers: (B,) what the model keeps beside its parameters, at the end.
    """

    before: Tensor
    gradients: Tensor
    prepared: Tensor
    after: Tensor
    losses: Tensor
    measured: tuple[float, ...]
    buffers: Tensor


class Reference:
    """One case of an exercise, with its own copy of the inputs."""

    def __init__(self, exercise: "Sources", case: Case) -> None:
        """`exercise` gives the author's two modules; the inputs are drawn on first use."""
        self.sources, self.case = exercise, case

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The inputs, drawn anew."""
        return cast(dict[str, Any], self.sources.problem.problem(**self.case.arguments))

    @cached_property
    def model(self) -> nn.Module:
        """The model among the inputs."""
        return next(a for a in self.arguments.values() if isinstance(a, nn.Module))

    @cached_property
    def parameters(self) -> list[nn.Parameter]:
        """All of the model's parameters, frozen ones too, in the trace's order."""
        return list(self.model.parameters())

    @cached_property
    def _start(self) -> tuple[Tensor, list[Tensor]]:
        return flat(self.parameters), [b.clone() for b in self.model.buffers()]

    @property
    def initial(self) -> Tensor:
        """(P,) the parameters at the start, flattened."""
        return self._start[0]

    @cached_property
    def plan(self) -> Plan | None:
        """What the exercise asks for, on these inputs; None where it asks for no steps."""
        asked = getattr(self.sources.plan, "plan", None)
        if asked is None:
            return None
        _ = self._start  # as it is before the author's code has it
        return cast(Plan | None, asked(**self.arguments))

    @cached_property
    def layout(self) -> tuple[tuple[str, tuple[int, ...], str], ...]:
        """Name, shape and dtype of each parameter that is watched."""
        if self.sources.records != "steps":
            return ()
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
        assert self.plan is not None
        self.restart()
        optimizer = self.optimizer()
        rows: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
        losses, measured = [], []
        for step in range(self.plan.steps):
            before = flat(self.parameters)
            losses.append(self.backward(step))
            gradient = self.gradient()
            self.update(optimizer, step)
            rows.append((before, gradient, self.gradient(), flat(self.parameters)))
            measured.append(self.measure(step))
        before, gradients, prepared, after = (torch.stack(column) for column in zip(*rows, strict=True))
        return Trajectory(
            before,
            gradients,
            prepared,
            after,
            losses=torch.tensor(losses, dtype=torch.float64),
            measured=tuple(m for m in measured if m is not None),
            buffers=flat(list(self.model.buffers())),
        )

    # What a walk is made of, here and in grader.replay

    def restart(self) -> None:
        """Put parameters, buffers and random state to where the learner's code found them."""
        self.set(self.initial)
        for buffer, start in zip(self.model.buffers(), self._start[1], strict=True):
            buffer.copy_(start)
        torch.default_generator.manual_seed(0)

    def optimizer(self) -> torch.optim.Optimizer:
        """The optimizer that the exercise asks for, new, on this copy of the parameters."""
        assert self.plan is not None
        with without_dynamo():
            return self.plan.optimizer(self.parameters)

    def backward(self, step: int) -> float:
        """Leave the gradients of a step (from 0), and nothing else, in `.grad`, and return the loss; NaN on a tape."""
        assert self.plan is not None
        for p in self.parameters:
            p.grad = None
        if self.plan.tape is not None:
            leave(self.model, self.plan.tape.gradients[step])
            return float("nan")
        X, y = self.plan.batches[step]
        loss = cast(Tensor, self.arguments["loss_fn"](self.model(X), y))
        loss.backward()
        return float(loss.detach())

    def update(self, optimizer: torch.optim.Optimizer, step: int) -> None:
        """Take a step (from 0) along the gradients in `.grad`, made ready for it."""
        assert self.plan is not None
        self.prepare()
        if self.plan.rates is not None:
            for group in optimizer.param_groups:
                group["lr"] = self.plan.rates[step]
        take_step(optimizer)

    def prepare(self) -> None:
        """Make the gradients in `.grad` ready for a step."""
        assert self.plan is not None
        if self.plan.prepare is not None:
            self.plan.prepare(self.parameters)

    def measure(self, step: int) -> float | None:
        """What is kept after a step (from 0)."""
        assert self.plan is not None
        return self.plan.measure(step + 1) if self.plan.measure else None

    def gradient(self) -> Tensor:
        """(P,) all `.grad`, flattened, zeros where there is none."""
        return flat([torch.zeros_like(p) if p.grad is None else p.grad for p in self.parameters])

    def set(self, row: Tensor) -> None:
        """Put the parameters to those of a flattened row."""
        with torch.no_grad():
            for p, where in zip(self.parameters, self.slices, strict=True):
                p.copy_(row[where].reshape(p.shape))


class Sources:
    """The modules that an exercise's author wrote: `problem.py` for both sides, and hidden `reference.py` and `channels.py`."""

    def __init__(self, exercise: Exercise) -> None:
        """Both are imported by path: they are the course's, not the learner's."""
        self.records = exercise.about.records
        self.problem = import_file(exercise.folder / "problem.py", f"descent_{exercise.name}_problem")
        self.plan = import_file(exercise.judging / "reference.py", f"descent_{exercise.name}_reference")
        self._channels = exercise.judging / "channels" / "__init__.py", f"descent_{exercise.name}_channels"

    @cached_property
    def channels(self) -> ModuleType | None:
        """The exercise's own look at what was returned, a folder `channels`; only imported where a run is looked at."""
        return import_file(*self._channels) if self._channels[0].is_file() else None


def references(exercise: Exercise) -> dict[str, Reference]:
    """The reference of every case, by the case's name."""
    sources = Sources(exercise)
    return {case.name: Reference(sources, case) for case in exercise.cases}


def flat(tensors: Sequence[Tensor]) -> Tensor:
    """(P,) tensors concatenated to one float64 vector."""
    return torch.cat([torch.zeros(0, dtype=torch.float64), *(t.detach().reshape(-1).to(torch.float64) for t in tensors)])


# The first optimizer that a process makes or steps imports torch._dynamo, a second of 800 modules that serve torch.compile
# alone. The grader doesn't compile anything, and somebody is waiting: so it calls what those wrappers wrap.


@contextlib.contextmanager
def without_dynamo() -> Iterator[None]:
    """Let optimizers be made here without it."""
    wrapped = torch.optim.Optimizer.add_param_group
    torch.optim.Optimizer.add_param_group = inspect.unwrap(wrapped)  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.optim.Optimizer.add_param_group = wrapped  # type: ignore[method-assign]


def take_step(optimizer: torch.optim.Optimizer) -> None:
    """`optimizer.step()`, without it."""
    with torch.no_grad():
        inspect.unwrap(type(optimizer).step)(optimizer)


def import_file(path: Path, name: str) -> ModuleType:
    """A module of the course's author, by its path. Raises GraderFault where there is none."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise GraderFault(f"The course's file {path} is missing.")
    module = importlib.util.module_from_spec(spec)
    if path.name == "__init__.py":  # a folder of modules, which import one another by this name
        for stale in [known for known in sys.modules if known == name or known.startswith(f"{name}.")]:
            del sys.modules[stale]
        sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
