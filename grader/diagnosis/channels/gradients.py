"""What becomes of gradients between a backward pass and the step, and of parameters that should move."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from grader.diagnosis.channels.values import UNCLEAR, together
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.enact import near
from grader.reference import Reference


def still(walk: Walk) -> list[str]:
    """Which parameters never move though they have gradients: biases, all but the last layer's, all."""
    trace = walk.enacted.trace
    steps = walk.steps
    if not steps or walk.cleared_inside:
        return [""]
    rows = [s.gradient for s in steps]
    change = trace.parameters[[s.after for s in steps]] - trace.parameters[[s.before for s in steps]]
    stays, names = [], []
    for number, ((name, shape, _), where) in enumerate(zip(trace.layout, walk.enacted.reference.slices, strict=True)):
        if any(each.present[number] and each.left[where].any() for each in walk.enacted.passes):
            names.append((name, shape))
        if trace.present[rows][:, number].any() and trace.gradients[rows][:, where].any() and not change[:, where].any():
            stays.append((name, shape))
    if not stays:
        return [""]
    if len(stays) == len(names):
        return ["all"]
    if all(len(shape) == 1 for _, shape in stays) and not any(
        len(shape) == 1 for item in names if item not in stays for shape in [item[1]]
    ):
        return ["biases"]
    if all(len(shape) != 1 for _, shape in stays) and all(
        len(shape) == 1 for item in names if item not in stays for shape in [item[1]]
    ):
        return ["weights"]
    last = names[-1][0].rpartition(".")[0]
    if stays == [item for item in names if item[0].rpartition(".")[0] != last]:
        return ["all but the last layer"]
    return ["some"]


def seen(walk: Walk) -> list[str]:
    """What became of the gradients between the last backward pass and the step."""
    reference, trace = walk.enacted.reference, walk.enacted.trace
    plan = reference.plan
    assert plan is not None
    if walk.cleared_inside:
        return ["absent"]
    if walk.whole:
        return [""]
    if walk.late == UNCLEAR:
        return [UNCLEAR]
    if walk.late:
        clips = _clips(walk)
        names = [name for name in ORDER if name in _alike(walk)]
        return [""] if "clipped" in names else [name + clips for name in names] + [n for n in names if clips and n != ORDER[0]]
    laws: set[str] | None = None
    limits: list[float] = []
    by_number = walk.enacted.passes
    scales = {use.last.number: use.scale for use in walk.uses if use.steps and use.scale != 1.0}
    for step in walk.steps:
        if not 0 < step.passes <= len(by_number):
            continue
        left = by_number[step.passes - 1].left * scales.get(step.passes - 1, 1.0)
        given, present = trace.gradients[step.gradient], trace.present[step.gradient]
        # Whatever becomes of the gradients of what never moves, nothing comes of it.
        where = torch.cat(
            [torch.arange(s.start, s.stop) for n, s in enumerate(reference.slices) if n in walk.moving or not walk.moving]
        )
        there = bool(present[[n in walk.moving or not walk.moving for n in range(len(present))]].any())
        allowed = 1e-5 if plan.prepare else 1e-9
        fits = {name for name, value in looks(reference, left) if near(given[where], value[where], None, allowed)}
        if not there:
            fits = {"absent"}
        elif not given[where].any() and left[where].any():
            fits.add("zero")
        if plan.prepare and _shortened(given, left, limits):
            fits.add("to another limit")
        laws = fits if laws is None else laws & fits
        if not laws:
            return [UNCLEAR]
    if not laws:
        return [""]
    right = "clipped" if plan.prepare else "as they are"
    if right in laws:
        return [""]
    found = [name for name in ORDER if name in laws]
    clips = _clips(walk) if plan.prepare else ""
    return [name + clips for name in found] + [name for name in found if clips and name != "as they are"]


def _alike(walk: Walk) -> set[str]:
    """All that comes to the same as what was made of this run's gradients out of sight."""
    names = {*ORDER}
    for step in walk.steps:
        ways = dict(looks(walk.enacted.reference, walk.enacted.passes[step.passes - 1].left))
        names &= {name for name, made in ways.items() if near(made, ways[walk.late], None, 1e-5)}
    return names | {walk.late}


def _shortened(given: Tensor, left: Tensor, limits: list[float]) -> bool:
    """Whether a gradient is shortened to a limit, the same at every step, or not longer; `limits`: what was seen so far."""
    size = float(left.norm())
    ratio = float(given @ left) / size**2 if size else 1.0
    if not near(given, ratio * left, None, 1e-6) or ratio > 1 + 1e-6:
        return False
    if ratio < 1 - 1e-6:
        limits.append(float(given.norm()))
        return abs(limits[-1] - limits[0]) <= 1e-4 * limits[0]
    return not limits or size <= limits[0] * (1 + 1e-4)


def _clips(walk: Walk) -> str:
    """Where torch's clipping was called, if it was: numbers can't tell clipping too early from too late, or from none."""
    kinds = [e.kind for e in walk.enacted.trace.events if e.kind in ("backward", "clip", "step_start", "step_end")]
    if "clip" not in kinds:
        return ""
    after = kinds[kinds.index("clip") - 1] if kinds.index("clip") else "nothing"
    return f", clipped after {after}"


ORDER = [
    "as they are",
    "clipped",
    "none",
    "absent",
    "zero",
    "by value",
    "each tensor",
    "to the limit",
    "by sum",
    "by largest",
    "by sum of norms",
    "to another limit",
]


def looks(reference: Reference, left: Tensor) -> Iterator[tuple[str, Tensor]]:
    """What a step may have found of the gradients that the last pass left."""
    yield "as they are", left
    limit = reference.arguments.get("max_norm")
    if limit is None:
        return
    norm = float(left.norm())
    yield "clipped", left * min(1.0, limit / (norm + 1e-6))
    yield "by value", left.clamp(-limit, limit)
    parts = [left[where] for where in reference.slices]
    yield "each tensor", torch.cat([p * min(1.0, limit / (float(p.norm()) + 1e-6)) for p in parts])
    yield "to the limit", left * (limit / (norm + 1e-6))
    yield "by sum", left * min(1.0, limit / (float(left.abs().sum()) + 1e-6))
    yield "by sum of norms", left * min(1.0, limit / (sum(float(p.norm()) for p in parts) + 1e-6))
    yield "by largest", left * min(1.0, limit / (float(left.abs().max()) + 1e-6))


def of_walks(walks: Sequence[Walk]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What became of the gradients on the way to the steps, and of the parameters."""
    yield "still", together([still(walk) for walk in walks])
    if any(any(each.present) for walk in walks for each in walk.enacted.passes):
        yield "seen", together([seen(walk) for walk in walks])
