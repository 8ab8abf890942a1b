"""What a run gave back, as findings: how the numbers returned come from what the run itself did."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from grader.diagnosis.channels.histories import losses, validation
from grader.diagnosis.channels.moves import Moves
from grader.diagnosis.channels.updates import Updates
from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.rules import Hand, Rule
from grader.trace import Other


def kinds(value: Any) -> str:
    """What a returned value is made of, without its numbers."""
    if isinstance(value, (list, tuple)):
        inner = {kinds(v) for v in value}
        return f"{type(value).__name__} of {' and '.join(sorted(inner)) or 'nothing'}"
    if isinstance(value, dict):
        return "dict of " + ", ".join(sorted(f"{k}: {kinds(v)}" for k, v in value.items()))
    if isinstance(value, Tensor):
        graph = " with a graph" if value.requires_grad else ""
        return f"tensor {value.dtype}{graph}"
    if isinstance(value, Other):
        return value.type
    return type(value).__name__


def _floats(value: Any) -> list[float] | None:
    if isinstance(value, (list, tuple)) and all(
        isinstance(v, (float, int, Tensor)) and (not isinstance(v, Tensor) or v.numel() == 1) for v in value
    ):
        return [float(v.detach()) if isinstance(v, Tensor) else float(v) for v in value]
    return None


Made = tuple[Moves, Rule | Hand | None]


def rates(walks: Sequence[Walk], made: Sequence[Made], lists: Sequence[list[float]]) -> list[str]:
    """The names of the ways in which these lists come from the learning rates that the steps had, and should have had."""
    used: list[list[float]] = []
    last: list[list[float]] = []
    for moves, rule in made:
        of = (rule.rates(moves.steps, 10_000) or []) if rule is not None else []
        per_epoch: dict[int, list[float]] = {}
        for epoch, r in zip(moves.steps.epoch, of, strict=False):
            per_epoch.setdefault(epoch, []).append(r)
        used.append([values[0] for _, values in sorted(per_epoch.items())])
        last.append([values[-1] for _, values in sorted(per_epoch.items())])
    asked = []
    for walk, (moves, _) in zip(walks, made, strict=True):
        planned = moves.asked.rates
        asked.append([planned[min(epoch[0], len(planned) - 1)] for epoch in walk.epochs if epoch])

    def near(mine: list[float], theirs: list[float]) -> bool:
        return len(mine) == len(theirs) and all(abs(a - b) <= 1e-5 * abs(b) for a, b in zip(mine, theirs, strict=True))

    def every(of: Callable[[int], list[float]]) -> bool:
        return all(near(mine, of(number)) for number, mine in enumerate(lists))

    found = []
    if every(lambda n: used[n]):
        found.append("as used")
    if every(lambda n: asked[n]):
        found.append("as asked")
    if not found and every(lambda n: last[n]):
        found.append("of the last step")
    if every(lambda n: used[n][1:] + lists[n][-1:]):
        found.append("the next epoch's")
    given = [walk.enacted.reference.arguments for walk in walks]
    if every(
        lambda n: [given[n]["lr"] * given[n]["gamma"] ** ((e + 1) // given[n]["step_size"]) for e in range(len(lists[n]))]
    ):
        found.append("the next epoch's as asked")
    if every(lambda n: [given[n]["lr"]] * len(lists[n])):
        found.append("always the first")
    return found


def snapshots(walk: Walk) -> str:
    """Of a tuple of tensors: which moment of the weight or its gradient each is, and whether it changes afterwards."""
    trace, reference = walk.enacted.trace, walk.enacted.reference
    if not isinstance(trace.returned, tuple):
        return kinds(trace.returned)
    where = reference.slices[0]
    steps = walk.steps
    moments = {"the start": trace.parameters[0][where]}
    if walk.uses:
        moments["the gradient"] = walk.uses[-1].last.left[where]
        for use in walk.uses[:1]:
            moments["this batch's gradient"] = walk.enacted.of(use.forward)[1][where]
    if steps:
        moments["the end"] = trace.parameters[steps[-1].after][where]
    said = []
    for value, later in zip(trace.returned, trace.returned_later, strict=False):
        if not isinstance(value, Tensor):
            said.append(kinds(value))
            continue
        flat = value.detach().to(torch.float64).reshape(-1)
        name = next(
            (n for n, m in moments.items() if m.shape == flat.shape and torch.allclose(m, flat, rtol=1e-9, atol=1e-15)),
            "something else",
        )
        live = isinstance(later, Tensor) and not torch.equal(later.detach(), value.detach())
        said.append(name + (", live" if live else "") + (" with a graph" if value.requires_grad else ""))
    return "; ".join(said)


def channels(walks: Sequence[Walk], updates: Updates) -> Iterator[tuple[str, list[str]]]:
    """What is returned, each as (channel, the ways in which it can have come about)."""
    done = [walk for walk in walks if walk.enacted.trace.error is None]
    if not done:
        return
    values = [walk.enacted.trace.returned for walk in done]
    arguments = done[0].enacted.reference.arguments
    if "epochs" not in arguments and "steps" not in arguments:
        said = {snapshots(walk) for walk in done}
        for number, parts in enumerate(zip(*(s.split("; ") for s in said), strict=False)):
            yield f"returned {number + 1}", [parts[0]] if len(set(parts)) == 1 else [UNCLEAR]
        yield "returns", ["; ".join(sorted({kinds(v) for v in values}))]
        return
    yield "returns", ["; ".join(sorted({kinds(v) for v in values}))]
    if all(isinstance(v, dict) for v in values):
        for key, look in (("train", losses), ("val", validation)):
            lists = [_floats(v.get(key)) for v in values]
            told = [numbers for numbers in lists if numbers is not None]
            if len(told) == len(values):
                yield f"returned {key}", look(done, told) or [UNCLEAR]
        return
    lists = [_floats(v) for v in values]
    told = [numbers for numbers in lists if numbers is not None]
    if len(told) < len(values):
        return
    if "gamma" in arguments:
        made = dict(zip(map(id, walks), zip(updates.moves, updates.rules, strict=True), strict=True))
        yield "returned", rates(done, [made[id(walk)] for walk in done], told) or [UNCLEAR]
    else:
        yield "returned", losses(done, told) or [UNCLEAR]
