"""A run played once more on the grader's side, event by event, so that each number in it can be explained.

Where the learner's model was called, the reference's is called with the same input, weights, mode and random state; so for each
backward pass it is known which examples it was of, what their loss and its gradient are, and what it found in `.grad`.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.reference import Reference, flat
from grader.trace import CaseTrace, Event, Step

MOST = 400  # passes of a case that are played


class Data:
    """The examples that a case gives, each with a number.

    Attributes:
        batches: for each batch to train on, the numbers of its examples; one batch where the set comes whole.
        validation: all examples that are given to validate on.
        epochs: how often the batches should be gone through.
        accumulate: how many batches make a step.
    """

    def __init__(self, arguments: dict[str, Any]) -> None:
        """`arguments` of the learner's function."""
        train = arguments.get("batches") or arguments.get("train_batches") or [(arguments["X"], arguments["y"])]
        held_out = arguments.get("val_batches") or []
        self.X = torch.cat([X for X, _ in (*train, *held_out)])
        self.y = torch.cat([y for _, y in (*train, *held_out)])
        self.batches: list[tuple[int, ...]] = []
        at = 0
        for X, _ in train:
            self.batches.append(tuple(range(at, at + len(X))))
            at += len(X)
        self.examples = at
        self.validation = tuple(range(at, len(self.X)))
        self.epochs = int(arguments.get("epochs", arguments.get("steps", 1)))
        self.accumulate = int(arguments.get("accumulate", 1))
        self.columns = self.y[0].numel()
        self._rows = {tuple(row): number for number, row in reversed(list(enumerate(self.X.tolist())))}
        self._targets = {tuple(row): number for number, row in reversed(list(enumerate(self.y.tolist())))}

    def joined(self) -> "Data":
        """The same, with the batches of each step joined to one."""
        whole = copy.copy(self)
        groups = [self.batches[at : at + self.accumulate] for at in range(0, len(self.batches), self.accumulate)]
        whole.batches, whole.accumulate = [tuple(row for batch in group for row in batch) for group in groups], 1
        return whole

    def of(self, X: Tensor | None) -> tuple[int, ...] | None:
        """Which examples these are; None where one of them is none that was given."""
        if X is None or X.dim() != 2:
            return None
        rows = [self._rows.get(tuple(row)) for row in X.tolist()]
        return tuple(row for row in rows if row is not None) if None not in rows else None

    def targets(self, y: Tensor | None) -> tuple[int, ...] | None:
        """Which examples these targets are of, whatever their shape."""
        if y is None or not y.numel() or y.numel() % self.columns:
            return None
        rows = [self._targets.get(tuple(row)) for row in y.reshape(-1, self.columns).tolist()]
        return tuple(row for row in rows if row is not None) if None not in rows else None

    def group(self, rows: tuple[int, ...]) -> tuple[int, int]:
        """Of the step that a batch should be part of: how many batches and how many examples; of one alone, 1 and its own."""
        if rows not in self.batches:
            return 1, len(rows)
        first = self.batches.index(rows) // self.accumulate * self.accumulate
        group = self.batches[first : first + self.accumulate]
        return len(group), sum(map(len, group))


@dataclass(eq=False)
class Forward:
    """One call of the model.

    Attributes:
        rows: the examples that it saw; None where they are none that were given.
        targets: the examples whose targets it was held against, where a loss of torch's says so.
        training, grad: the mode, and whether autograd watched.
        passes: how many backward passes there had been.
        prediction: (n, D), with its graph where autograd watched.
        leaves: the parameters of this call, in the trace's order.
    """

    rows: tuple[int, ...] | None
    training: bool
    grad: bool
    passes: int
    prediction: Tensor
    targets: tuple[int, ...] | None = None
    line: int = 0
    leaves: Sequence[Tensor] = ()
    _computed: dict[str, tuple[float, Tensor]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Pass:
    """One backward pass.

    Attributes:
        forwards: the calls of the model since the pass before; the last of that one's where there was none.
        value: what it began from; NaN where that wasn't one number.
        found, left: (P,) what was in `.grad` when last seen before it, and after it.
        present: for each parameter, whether it has a gradient now.
        row: of the trace's parameters.
    """

    number: int
    forwards: tuple[Forward, ...]
    value: float
    found: Tensor
    left: Tensor
    present: tuple[bool, ...]
    row: int
    line: int
    leaf: bool


class Enacted:
    """One case of a run, played again."""

    def __init__(self, case: JudgedCase) -> None:
        """Nothing is played yet."""
        self.case, self.trace, self.reference = case, case.trace, case.reference
        self.data = Data(case.reference.arguments)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The run's updates."""
        return self.trace.steps

    @cached_property
    def _played(self) -> tuple[list[Forward], list[Pass]]:
        return _play(self.trace, self.reference, self.data)

    @property
    def forwards(self) -> list[Forward]:
        """The calls of the model, in order."""
        return self._played[0]

    @property
    def passes(self) -> list[Pass]:
        """The backward passes, in order."""
        return self._played[1]

    def of(self, forward: Forward, kind: str = "asked") -> tuple[float, Tensor]:
        """The loss of a call's prediction, and its gradient (P,) by the parameters. See `LOSSES`."""
        if kind not in forward._computed:
            rows = forward.targets if forward.targets is not None and forward.rows is not None else forward.rows
            wanted = self.data.y[list(rows)] if rows is not None else self.data.y[: len(forward.prediction)]
            loss_fn = self.reference.arguments["loss_fn"]
            with torch.enable_grad():
                loss = loss_fn(forward.prediction, wanted) if kind == "asked" else LOSSES[kind](forward.prediction, wanted)
            trained = [p for p in forward.leaves if p.requires_grad]
            gradients = torch.autograd.grad(loss, trained, retain_graph=True, allow_unused=True) if loss.requires_grad else ()
            by = {id(p): g for p, g in zip(trained, gradients, strict=False)}
            gradient = flat([torch.zeros_like(p) if (g := by.get(id(p))) is None else g for p in forward.leaves])
            forward._computed[kind] = float(loss.detach()), gradient
        return forward._computed[kind]


def _absolute(prediction: Tensor, y: Tensor) -> Tensor:
    return (prediction - y).abs().mean()


def _broadcast(prediction: Tensor, y: Tensor) -> Tensor:
    return ((prediction.reshape(-1, 1) - y.reshape(1, -1)) ** 2).mean()


LOSSES = {"absolute": _absolute, "broadcast": _broadcast}  # other than the one asked for, and no multiple of it


def _play(trace: CaseTrace, reference: Reference, data: Data) -> tuple[list[Forward], list[Pass]]:
    reference.restart()
    model = reference.model
    mode = model.training
    known = any(event.kind == "forward" and event.detail.get("given") for event in trace.events)
    forwards: list[Forward] = []
    passes: list[Pass] = []
    leaves = _Leaves(reference, trace)
    since = 0  # the first forward that no pass has followed
    earlier: Event | None = None
    for event in trace.events:
        if event.kind == "forward" and event.detail.get("given"):
            X = trace.inputs.get(_index(event.detail.get("input")))
            if X is None:
                X = data.X[list(data.batches[0])]
            forwards.append(_forward(model, leaves, X, data, event, len(passes)))
        elif event.kind == "loss" and len(forwards) > since:  # another model's, where none has come since the last pass
            forwards[-1].targets = data.targets(trace.inputs.get(_index(event.detail.get("target"))))
        elif event.kind == "backward":
            if not known:  # its forward pass is written out: it is taken for the one asked for
                batch = data.batches[len(passes) % len(data.batches)]
                forwards.append(_forward(model, leaves, data.X[list(batch)], data, event, len(passes)))
            usable = [f for f in forwards[since:] if f.grad]
            if not usable and passes:
                usable = list(passes[-1].forwards)
            since = len(forwards)
            before = earlier.gradients if earlier is not None else 0
            value = event.detail.get("loss")
            passes.append(
                Pass(
                    number=len(passes),
                    forwards=tuple(usable),
                    value=float.fromhex(value) if isinstance(value, str) else float("nan"),
                    found=trace.gradients[before],
                    left=trace.gradients[event.gradients],
                    present=tuple(trace.present[event.gradients].tolist()),
                    row=event.parameters,
                    line=event.line,
                    leaf=bool(event.detail.get("leaf")),
                )
            )
            if len(passes) >= MOST:
                break
        earlier = event
    model.train(mode)
    return forwards, passes


class _Leaves:
    """Parameters as they were at a row of the trace, and buffers: fresh tensors, so that earlier graphs stay whole."""

    def __init__(self, reference: Reference, trace: CaseTrace) -> None:
        self._reference, self._trace = reference, trace
        self._named = list(reference.model.named_parameters())
        self.buffers = {name: buffer.clone() for name, buffer in reference.model.named_buffers()}
        self._row, self._made = -1, dict[str, Tensor]()

    def at(self, row: int) -> dict[str, Tensor]:
        """Them, by name."""
        if row != self._row:
            flattened = self._trace.parameters[row]
            self._row, self._made = row, {}
            for (name, p), where in zip(self._named, self._reference.slices, strict=True):
                self._made[name] = flattened[where].reshape(p.shape).to(p.dtype).clone().requires_grad_(p.requires_grad)
        return self._made


def _forward(model: torch.nn.Module, leaves: _Leaves, X: Tensor, data: Data, event: Event, passes: int) -> Forward:
    training = bool(event.detail.get("training", True))
    watched = bool(event.detail.get("grad", True))
    if model.training != training:
        model.train(training)
    parameters = leaves.at(event.parameters)
    leaves.buffers = {name: buffer.clone() for name, buffer in leaves.buffers.items()}
    with torch.set_grad_enabled(watched):
        prediction = torch.func.functional_call(model, parameters | leaves.buffers, (X,))
    return Forward(data.of(X), training, watched, passes, prediction, line=event.line, leaves=list(parameters.values()))


def _index(value: object) -> int:
    return value if isinstance(value, int) else -1


def near(a: Tensor, b: Tensor, scale: float | None = None, allowed: float = 1e-6) -> bool:
    """Whether two arrays agree, against the larger of them or against `scale`."""
    size = max(float(a.abs().max()) if a.numel() else 0.0, float(b.abs().max()) if b.numel() else 0.0, scale or 0.0)
    gap = float((a - b).abs().max()) if a.numel() else 0.0
    return gap <= allowed * size + 1e-300


def mean(values: Sequence[float]) -> float:
    """Their mean."""
    return sum(values) / len(values)
