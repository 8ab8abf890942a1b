"""What the exercise's optimizer remembers, when it is given the gradients of a trajectory: torch's own is asked."""

from typing import Literal

import torch
from torch import Tensor

from grader.reference import Reference, flat, take_step
from grader.report import Rule

Kind = Literal["first_moment", "second_moment", "velocity"]
KINDS: dict[str, Kind] = {"exp_avg": "first_moment", "exp_avg_sq": "second_moment", "momentum_buffer": "velocity"}


def remember(reference: Reference, before: Tensor, gradients: Tensor, present: list[list[bool]]) -> dict[Kind, Tensor]:
    """(S, P) for each thing that the optimizer keeps, after each step.

    Args:
        before: (S, P) where each step begins.
        gradients: (S, P) what it is given, ready for the step.
        present: for each step, which of the parameters have a gradient.
    """
    assert reference.plan is not None
    reference.restart()
    optimizer, rates = reference.optimizer(), reference.plan.rates
    kept: dict[Kind, list[Tensor]] = {}
    for step, (row, given, there) in enumerate(zip(before, gradients, present, strict=True)):
        reference.set(row)
        for p, where, has in zip(reference.parameters, reference.slices, there, strict=True):
            p.grad = given[where].reshape(p.shape).to(p.dtype) if has and p.requires_grad else None
        if rates is not None:
            for group in optimizer.param_groups:
                group["lr"] = rates[step]
        take_step(optimizer)
        states = [optimizer.state.get(p, {}) for p in reference.parameters]
        for key, kind in KINDS.items():
            if any(state.get(key) is not None for state in states):
                parts = [
                    s[key] if s.get(key) is not None else torch.zeros_like(p)
                    for s, p in zip(states, reference.parameters, strict=True)
                ]
                rows = kept.setdefault(kind, [torch.zeros_like(row)] * step)  # no parameter had a gradient until now
                rows.append(flat(parts))
    return {kind: torch.stack(rows) for kind, rows in kept.items()}


def rule(reference: Reference, kinds: tuple[Kind, ...]) -> Rule:
    """The optimizer that is asked for, and what it keeps."""
    assert reference.plan is not None
    optimizer = reference.optimizer()
    group = optimizer.param_groups[0]
    lr = reference.plan.rates[0] if reference.plan.rates is not None else group["lr"]
    return Rule(name=type(optimizer).__name__, lr=float(lr), momentum=float(group.get("momentum", 0.0)), memory=kinds)
