"""What steps did to the weights, beside the optimizer that was asked for."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.gradients import looks
from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.enact import near
from grader.diagnosis.rules import Steps, identify
from grader.reference import Reference
from grader.trace import CaseTrace, Step


@dataclass(frozen=True)
class Asked:
    """The optimizer that a case asks for; `rates` for each step, `decay` (P,) of each coordinate."""

    family: str
    settings: Mapping[str, Any]
    rates: tuple[float, ...]
    decay: Tensor

    @staticmethod
    def of(reference: Reference) -> "Asked":
        """Read off the reference's."""
        assert reference.plan is not None
        optimizer = reference.optimizer()
        settings = {
            k: v for k, v in optimizer.defaults.items() if k not in ("foreach", "capturable", "differentiable", "fused")
        }
        rates = reference.plan.rates or [settings["lr"]] * reference.plan.steps
        decays = {id(p): float(group["weight_decay"]) for group in optimizer.param_groups for p in group["params"]}
        decay = [torch.full((p.numel(),), decays.get(id(p), 0.0), dtype=torch.float64) for p in reference.parameters]
        return Asked(type(optimizer).__name__, settings, tuple(rates), torch.cat(decay))


@dataclass(frozen=True)
class Moves:
    """What the steps of one case did, and what they should have done.

    Attributes:
        declared: what its optimizers said of themselves.
        driven: whether a tape drives an optimizer by hand.
    """

    steps: Steps
    asked: Asked
    declared: tuple[tuple[str, dict[str, Any]], ...]
    arguments: dict[str, Any]
    driven: bool = False

    @property
    def any(self) -> bool:
        """Whether something moved."""
        return bool(self.steps.change.numel()) and bool(self.steps.change.any())


def of_walk(walk: Walk) -> Moves:
    """The steps of a training loop."""
    reference = walk.enacted.reference
    asked, declared = Asked.of(reference), tuple(_declared(walk.enacted.trace))
    steps = steps_of(walk, asked)
    left = _left(walk)
    if left is not None:
        # Gradients are to be made ready, and these are seen raw: a hook, a closure or an update by hand may do it out of sight.
        walk.late = UNCLEAR
        ways = [(name, False) for name in ("clipped", "as they are", "by value", "each tensor", "by sum", "by largest")]
        for name, deeply in (*ways, ("clipped", True), ("as they are", True)):
            given = torch.stack([dict(looks(reference, row))[name] for row in left])
            made_of = steps_of(walk, asked, given)
            if made_of.change.any() and identify(asked.family, asked.settings, declared, made_of, deeply=deeply):
                walk.late, steps = name, made_of
                break
    return Moves(steps, asked, declared, reference.arguments)


def _left(walk: Walk) -> list[Tensor] | None:
    """What the last backward pass left before each step, if the step has just that, and should have had it made ready."""
    reference, trace = walk.enacted.reference, walk.enacted.trace
    assert reference.plan is not None
    if reference.plan.prepare is None or "max_norm" not in reference.arguments or not walk.steps:
        return None
    rows = []
    for step in walk.steps:
        if not 0 < step.passes <= len(walk.enacted.passes):
            return None
        left = walk.enacted.passes[step.passes - 1].left
        if not near(trace.gradients[step.gradient], left, None, 1e-9):
            return None
        rows.append(left)
    return rows


def of_tape(case: JudgedCase) -> Moves:
    """The steps that an optimizer made of a tape, missing gradients and all."""
    reference, trace = case.reference, case.trace
    asked = Asked.of(reference)
    steps = trace.steps
    sizes = torch.tensor([p.numel() for p in reference.parameters])
    numbers = torch.arange(len(sizes)).repeat_interleave(sizes)
    vectors = torch.tensor([p.dim() <= 1 for p in reference.parameters]).repeat_interleave(sizes)
    before = trace.parameters[[s.before for s in steps]]
    change = trace.parameters[[s.after for s in steps]] - before
    rows = [s.gradient for s in steps]
    present = trace.present[rows].repeat_interleave(sizes, dim=1)
    count = len(steps)
    tape = case.plan.tape
    assert tape is not None
    made = Steps(
        before,
        trace.gradients[rows],
        change,
        numbers,
        vectors,
        present,
        asked.decay,
        asked.rates,
        (0,) * count,
        (0,) * count,
        tape.clears,
    )
    return Moves(made, asked, tuple(_declared(trace)), reference.arguments, driven=True)


def steps_of(walk: Walk, asked: Asked, given: Tensor | None = None) -> Steps:
    """The steps of a case, on the coordinates that had a gradient and moved; `given` (S, P) if it isn't what is seen."""
    trace = walk.enacted.trace
    steps = walk.steps
    rows = torch.tensor([s.gradient for s in steps], dtype=torch.int64)
    before = trace.parameters[[s.before for s in steps]]
    change = trace.parameters[[s.after for s in steps]] - before
    if given is None:
        given = torch.stack(walk.along) if len(walk.along) == len(steps) > 0 else trace.gradients[rows]
    columns = [
        number
        for number, name in enumerate(trace.layout)
        if steps and trace.present[rows][:, number].all() and name[2] == "torch.float64"
    ]
    slices = walk.enacted.reference.slices
    moved = [n for n in columns if change[:, slices[n]].any()] or columns
    where = [i for n in moved for i in range(slices[n].start, slices[n].stop)]
    tensors = torch.tensor([n for n in moved for _ in range(slices[n].start, slices[n].stop)], dtype=torch.int64)
    vectors = torch.tensor([len(trace.layout[n][1]) <= 1 for n in tensors.tolist()], dtype=torch.bool)
    epochs = []
    for step in steps:
        use = max(0, sum(u.last.number < step.passes for u in walk.uses) - 1)
        epochs.append(next((n for n, epoch in enumerate(walk.epochs) if use in epoch), 0))
    there = torch.ones(len(steps), len(where), dtype=torch.bool)
    kept = (before[:, where], given[:, where], change[:, where])
    return Steps(*kept, tensors, vectors, there, asked.decay[where], asked.rates, _anew(walk, steps), tuple(epochs))


def _anew(walk: Walk, steps: Sequence[Step]) -> tuple[int, ...]:
    """How many optimizers had been made before each step, as the event log has it."""
    trace = walk.enacted.trace
    made, passes, at = 0, 0, []
    for event in trace.events:
        made += event.kind == "optimizer"
        if event.kind == "step_start":
            at.append(made)
        passes += event.kind == "backward"
    return tuple(at[: len(steps)]) + (made,) * max(0, len(steps) - len(at))


def _declared(trace: CaseTrace) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the optimizers said of themselves when they were made: a hypothesis, and no more."""
    seen: list[tuple[str, dict[str, Any]]] = []
    for event in trace.events:
        if event.kind == "optimizer":
            family = event.detail.get("shipped") or event.detail.get("class")
            settings: dict[str, Any] = {}
            for name, value in dict(event.detail.get("settings") or {}).items():
                try:
                    settings[name] = ast.literal_eval(value)
                except (ValueError, SyntaxError, TypeError):
                    continue
            if isinstance(family, str) and (family, settings) not in seen and len(seen) < 5:
                seen.append((family, settings))
                yield family, settings
