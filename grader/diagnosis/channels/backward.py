"""What backward() is called on, whom it reaches and when gradients are cleared, as findings."""

import math
from collections.abc import Iterator, Sequence

import torch

from grader.diagnosis.channels.clearing import clearing
from grader.diagnosis.channels.losses import ALLOWED, LAWS, Losses, weighed
from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.enact import Enacted


def value(losses: Losses) -> str:
    """The number that the passes begin from, where it isn't what the gradients are of."""
    assert losses.law is not None
    kind, name, factor = losses.law
    law = LAWS[name][1]
    running = True
    right = True
    for walk in losses.walks:
        total = 0.0
        for w, use, at in losses.points:
            if w is not walk or len(use.last.forwards) > 1:
                continue
            loss = walk.enacted.of(use.forward, kind)[0]
            if use.scale != 1.0:
                return ""
            expected = loss * weighed(law, at, loss) * factor
            total += expected
            right = right and abs(use.last.value - expected) <= 1e-7 * abs(expected) + 1e-12
            running = running and abs(use.last.value - total) <= 1e-7 * abs(total) + 1e-12
    return "" if right else "running total" if running else "another"


def reached(losses: Losses) -> str:
    """Which parameters never get a gradient that should."""
    patterns: set[str] = set()
    for walk in losses.walks:
        reference = walk.enacted.reference
        passes = walk.enacted.passes
        if not passes:
            continue
        expected = reference.trajectory.gradients.abs().sum(0)
        lacking = [
            name
            for number, ((name, _, _), where) in enumerate(zip(reference.layout, reference.slices, strict=True))
            if expected[where].any() and not any(p.present[number] for p in passes)
        ]
        should = [name for (name, _, _), where in zip(reference.layout, reference.slices, strict=True) if expected[where].any()]
        if not lacking:
            patterns.add("")
        elif len(lacking) == len(should):
            leaf = all(p.leaf for p in passes)
            patterns.add("none, from a leaf" if leaf else "none")
        else:
            patterns.add("not all")
    patterns -= {""}
    return " / ".join(sorted(patterns))


def of_losses(losses: Losses) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is differentiated, whom it reaches, and when gradients are cleared, each as (channel, the values that hold)."""
    yield "reached", (reached(losses),)
    if not losses.reached:
        return
    by_steps = None if losses.walks[0].by_hand and losses.walks[0].enacted.data.accumulate == 1 else losses.whole
    if by_steps is None and losses.law is None:
        yield "loss", ("of a running total" if _runs_on(losses) else _noise(losses),)
        return
    kind, name, factor = by_steps or losses.law or ("asked", "", 1.0)
    if name and any(walk.regrouped for walk in losses.walks):
        yield "weight", (UNCLEAR,)
        return
    by_hand = losses.walks[0].by_hand
    if by_steps is not None and by_hand:  # how long the steps are is the rate's, unless the loss says it as well
        factor = losses.law[2] if losses.law is not None else 1.0
    if by_steps is None and losses.walks[0].enacted.data.accumulate > 1 and name in ("sum", "mean of each batch"):
        # Whoever divides afterwards differentiates just that; where nothing moves, nobody can tell.
        name = UNCLEAR if any(walk.steps and walk.moving for walk in losses.walks) else ""
    for walk in losses.walks:
        walk.kind, walk.weighed, walk.whole = kind, ("" if name == UNCLEAR else name, factor), by_steps is not None
    if by_steps is not None and by_hand:
        losses.tell_directions(kind, name, factor)
    number, cleared = "", ""
    if by_steps is None:
        number, cleared = value(losses), clearing(losses.walks, losses.all_kept)
        if number and cleared and _runs_on(losses):  # what is in `.grad` of earlier passes is there because the total has it
            yield "loss", ("of a running total",)
            return
    yield "kind of loss", ("" if kind == "asked" else kind,)
    yield "weight", (name,)
    yield "sign", ("negative" if factor < 0 else "",)
    yield "factor", ("" if abs(abs(factor) - 1) < 1e-7 else "half" if abs(abs(factor) - 0.5) < 1e-7 else "other",)
    yield "value", (number,)
    if by_steps is not None:
        return
    if any(walk.steps for walk in losses.walks):
        yield "clearing", (cleared,)
    elif cleared == "never":
        by_optimizer = any(event.kind == "optimizer" for walk in losses.walks for event in walk.enacted.trace.events)
        yield "clearing", ("never" if by_optimizer else "never, and nothing moves",)


def _runs_on(losses: Losses) -> bool:
    """Whether each pass begins from the sum of all losses so far, of the run or of its epoch, whatever comes of it."""
    for anew in (False, True):
        sums = [_sums(walk, anew) for walk in losses.walks]
        if all(many is not None for many in sums) and any(sums):
            return True
    return False


def _sums(walk: Walk, anew: bool) -> int | None:
    """How many passes begin from several losses together, `anew` in each epoch; None where one begins from something else."""
    total, many, starts = 0.0, 0, {epoch[0] for epoch in walk.epochs if epoch}
    for number, use in enumerate(walk.uses):
        loss = walk.enacted.of(use.forward)[0]
        total = loss if anew and number in starts else total + loss
        if not (math.isfinite(total) and math.isfinite(use.last.value)):
            break
        if not math.isclose(total, use.last.value, rel_tol=ALLOWED):
            return None
        many += not math.isclose(total, loss, rel_tol=ALLOWED)
    return many


def _noise(losses: Losses) -> str:
    """Whether all is as asked but where dropout draws: there it draws other numbers than asked, or none."""
    noisy = [walk for walk in losses.walks if _dropouts(walk)]
    quiet = [walk for walk in losses.walks if not _dropouts(walk)]
    if not noisy or not quiet or not _is_asked(quiet) or any(map(_draws_elsewhere, noisy)):
        return UNCLEAR
    if _is_asked([_without_dropout(walk) for walk in noisy]):
        return "without dropout"
    return UNCLEAR if any(_begins_as_asked(walk) for walk in noisy) else "of other random numbers"


def _draws_elsewhere(walk: Walk) -> bool:
    """Whether nothing was learned from a call in train mode: which of its layers drew random numbers can't be told."""
    used = {id(use.forward) for use in walk.uses}
    return any(forward.training for forward in walk.enacted.forwards if id(forward) not in used)


def _begins_as_asked(walk: Walk) -> bool:
    """Whether at first dropout draws what it should: what comes later may be of another mode."""
    first = walk.uses[0]
    return math.isclose(first.last.value, walk.enacted.of(first.forward)[0], rel_tol=ALLOWED)


def _without_dropout(walk: Walk) -> Walk:
    """The same run, played with nothing dropped."""
    dropouts = [(module, module.p) for module in _dropouts(walk)]
    enacted = Enacted(walk.enacted.case)
    try:
        for module, _ in dropouts:
            module.p = 0.0
        assert enacted.passes is not None
    finally:
        for module, chance in dropouts:
            module.p = chance
    return Walk(enacted)


def _dropouts(walk: Walk) -> list[torch.nn.Dropout]:
    return [module for module in walk.enacted.reference.model.modules() if isinstance(module, torch.nn.Dropout) and module.p]


def _is_asked(walks: Sequence[Walk]) -> bool:
    """Whether the loss asked for is differentiated, and gradients are cleared as they should be."""
    losses = Losses(walks)
    return bool(losses.reached) and losses.law == ("asked", "", 1.0)
