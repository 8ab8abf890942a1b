"""What is said of a loop's gradients on their way to the step, and of its steps."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.histories import _steps
from grader.diagnosis.channels.losses import LAWS, Losses
from grader.diagnosis.channels.walk import Use, Walk
from grader.diagnosis.enact import near
from grader.diagnosis.evidence.data import batches_called
from grader.diagnosis.evidence.loss import largest, where
from grader.diagnosis.evidence.words import apart, bracketed, calculation, counted, listed, number, place, times

Values = Sequence[str]


# Gradients


def clearing(walk: Walk, _values: Values) -> str | None:
    """Gradients that are kept where they should be cleared, or the other way round."""
    losses = Losses([walk])
    if losses.law is None:
        return None
    name, law, factor = losses.law
    points = {id(use): at for _, use, at in losses.points}
    for number_of, use in enumerate(walk.uses):
        if number_of == 0 or use.times > 1 or len(use.last.forwards) != 1:
            continue
        own = walk.enacted.of(use.forward, name)[1] * (LAWS[law][0](points[id(use)]) * factor)
        said = _kept(walk, use, own) if use.first else _lost(walk, walk.uses[number_of - 1], use, own)
        if said:
            return said
    return None


def _kept(walk: Walk, use: Use, own: Tensor) -> str | None:
    """A coordinate in which older gradients are left."""
    for at in largest(use.last.found):
        old, new, left = float(use.last.found[at]), float(own[at]), float(use.last.left[at])
        told = (
            calculation(lambda a, b: a + b, [old, new], left) if old and new and apart(left, new) and apart(left, old) else None
        )
        if told:
            name = place(walk.enacted.trace, at)
            alone = "this batch's" if len(walk.data.batches) > 1 else "this step's"
            start = f"{where(walk, use)}, the gradient of {name} is {told[0]} + {bracketed(told[1])} = {told[2]}"
            return f"{start}; {alone} alone is {told[1]}: the {told[0]} was there before, from earlier calls of backward()."
    return None


def _lost(walk: Walk, before: Use, use: Use, own: Tensor) -> str | None:
    """A coordinate in which a gradient of the same step is gone."""
    old = before.last.left
    if before.steps or not near(use.last.left, own, None, 1e-7):
        return None
    for at in largest(old):
        if apart(float(own[at] + old[at]), float(own[at])) and own[at]:
            name, label = place(walk.enacted.trace, at), walk.label(use.forward.rows)
            first = f"After batch {walk.label(before.forward.rows)} the gradient of {name} is {number(float(old[at]))}"
            then = f"after batch {label} of the same step {number(float(own[at]))}: batch {label}'s alone"
            return f"{first}, and {then}. The first is gone."
    return None


def clearing_of_tape(case: JudgedCase, _values: Values) -> str | None:
    """The same, of gradients that are given."""
    tape, trace = case.plan.tape, case.trace
    assert tape is not None
    for k in range(1, min(len(trace.steps), len(tape.gradients))):
        for part, given in zip(case.reference.slices, tape.gradients[k], strict=True):
            if given is None:
                continue
            own = given.detach().reshape(-1).to(torch.float64)
            old, found = trace.gradients[trace.steps[k - 1].gradient, part], trace.gradients[trace.steps[k].gradient, part]
            for at in largest(old):
                sums = float(old[at]), float(own[at]), float(found[at])
                told = calculation(lambda a, b: a + b, sums[:2], sums[2]) if all(sums) and apart(sums[2], sums[1]) else None
                if told:
                    name = place(trace, part.start + at)
                    end = f"the {told[0]} of step {k} was still there when {told[1]} was added, after your zero_grad()"
                    return f"At step {k + 1}, the gradient of {name} is {told[0]} + {bracketed(told[1])} = {told[2]}: {end}."
    return None


def passes(walk: Walk, values: Values) -> str | None:
    """Several backward passes for one prediction, or none at all."""
    if not walk.enacted.passes:
        left = walk.enacted.trace.present.any()
        return None if left or "none" not in values else "backward() is called 0 times, so every .grad stays None."
    for use in walk.uses:
        right = walk.enacted.of(use.forward)[1]
        for at in largest(right) if use.times > 1 else []:
            told = (
                calculation(lambda n, g: n * g, [use.times, float(right[at])], float(use.last.left[at])) if right[at] else None
            )
            if told:
                name = place(walk.enacted.trace, at)
                start = f"{where(walk, use)} the gradient of {name} is {told[2]} = {told[0]} × {bracketed(told[1])}"
                return f"{start}; it should be {told[1]}. backward() ran {times(use.times)} on the same loss."
    return None


def reached(walk: Walk, _values: Values) -> str | None:
    """Parameters that never get a gradient."""
    trace, reference = walk.enacted.trace, walk.enacted.reference
    made = walk.enacted.passes
    expected = reference.trajectory.gradients.abs().sum(0)
    names = [
        f"`{name}`"
        for n, ((name, _, _), part) in enumerate(zip(reference.layout, reference.slices, strict=True))
        if expected[part].any() and not any(each.present[n] for each in made)
    ]
    if not made or not names:
        return None
    leaf = " What backward() starts from is a tensor that nothing led to." if all(each.leaf for each in made) else ""
    return (
        f"backward() is called {times(len(made))}, and afterwards .grad is None for {listed(names)}.{leaf}"
        if len(trace.events)
        else None
    )


def seen(walk: Walk, values: Values) -> str | None:
    """What becomes of the gradients between backward and step."""
    trace, reference = walk.enacted.trace, walk.enacted.reference
    limit = reference.arguments.get("max_norm")
    best: tuple[float, str] | None = None
    for number_of, step in enumerate(walk.steps):
        if not 0 < step.passes <= len(walk.enacted.passes):
            continue
        left, given = walk.enacted.passes[step.passes - 1].left, trace.gradients[step.gradient]
        at = largest(left)[0]
        gone = "is None" if not trace.present[step.gradient].any() else "is 0" if not given.any() else ""
        if gone and left[at]:
            was = f"backward() had left {number(float(left[at]))} in the gradient of {place(trace, at)}"
            return f"At step {number_of + 1} {was}; when the step is made, it {gone}."
        if limit is not None:
            whole, own = float(left.norm()), float(given.norm())
            should = min(whole, float(limit))
            if apart(own, should) and (best is None or abs(own - should) > 2 * best[0]):
                start = f"At step {number_of + 1} the norm of all gradients is {number(whole)}, and the limit {number(limit)}"
                best = (
                    abs(own - should),
                    f"{start}. Your step uses gradients of norm {number(own)}; it should be {number(should)}.",
                )
    return best[1] + _cut(values) if best else None


def _cut(values: Values) -> str:
    words = {"by value": "You cut each entry by itself", "each tensor": "You cut each parameter's gradient by itself"}
    return next((f" {said}." for name, said in words.items() if any(v.partition(",")[0] == name for v in values)), "")


# Steps


def stepping(walk: Walk, _values: Values) -> str | None:
    """Too many steps, too few, or at another time."""
    plan, made, calls = walk.enacted.reference.plan, len(walk.steps), len(walk.enacted.passes)
    assert plan is not None
    first = walk.steps[0] if made else None
    if first is not None and walk.early_steps:
        moved = not torch.equal(*walk.enacted.trace.parameters[[first.before, first.after]])
        return None if moved else "Your first step comes before the first backward(): it finds no gradients, and moves nothing."
    if walk.stopped:
        return None
    if not made:
        same = torch.equal(walk.enacted.trace.parameters[0], walk.enacted.trace.parameters[-1])
        return (
            f"backward() is called {times(calls)}, and no step follows: the parameters end as they began."
            if same and calls
            else None
        )
    if made == plan.steps:
        return _groups(walk)
    if made < plan.steps and not walk.steps[0].optimizer:
        return None  # a step by hand that comes to nothing can't be seen
    if calls and made % calls == 0 and made > calls:
        asked = f"{plan.steps} in all {'is' if plan.steps == 1 else 'are'} asked for"
        return f"For {counted(calls, 'call')} of backward() there are {made} steps: {made // calls} for each; {asked}."
    one = "one an epoch" if made == len(walk.epochs) else f"{made}"
    accumulate = f"one for every {walk.data.accumulate} batches" if walk.data.accumulate > 1 else "one for each batch"
    asked = f"{plan.steps}, {accumulate}," if len(walk.data.batches) > 1 else f"{plan.steps}"
    many = f"{counted(made, 'step')}, {one}" if one != str(made) and len(walk.data.batches) > 1 else counted(made, "step")
    return f"You make {many}; {asked} are asked for."


def _groups(walk: Walk) -> str | None:
    """The first step that follows other batches than it should."""
    size = walk.data.accumulate
    labels = [str(n) for n in range(1, len(walk.data.batches) + 1)]
    asked = [labels[i : i + size] for i in range(0, len(labels), size)] * walk.data.epochs
    for number_of, (part, right) in enumerate(zip(_steps(walk), asked, strict=False)):
        own = [walk.label(use.forward.rows) for use in part]
        if own != right and all(label.isdecimal() for label in own) and part[-1].steps == 1:
            return f"Your step {number_of + 1} follows {batches_called(own)}; it should follow {batches_called(right)}."
    return None


def stale(walk: Walk, _values: Values) -> str | None:
    """Steps along gradients of other weights."""
    parameters = walk.enacted.trace.parameters
    for use in walk.uses:
        if use.fresh and not use.fresh[0]:
            step = next(s for s in walk.steps if s.passes == use.last.number + 1)
            was, now = parameters[use.last.row], parameters[step.before]
            for at in largest(now - was):
                if number(float(was[at])) != number(float(now[at])):
                    name = place(walk.enacted.trace, at)
                    computed = f"a gradient that was computed at {number(float(was[at]))}"
                    return f"A step begins from {name} = {number(float(now[at]))}, along {computed}."
    return None


def still(walk: Walk, _values: Values) -> str | None:
    """Parameters that never move though they have gradients."""
    return _still(walk.enacted.case) if walk.steps else None


def _still(case: JudgedCase, _values: Values = ()) -> str | None:
    trace = case.trace
    rows = [s.gradient for s in trace.steps]
    stays: list[tuple[str, int]] = []
    for name, part in zip(trace.layout, case.reference.slices, strict=True):
        given = trace.gradients[[event.gradients for event in trace.events if event.kind == "backward"] or rows][:, part]
        if given.any() and not (trace.parameters[:, part] != trace.parameters[0, part]).any():
            stays.append((f"`{name[0]}`", part.start + largest(given[0])[0]))
    if not stays:
        return None
    first = next((e.gradients for e in trace.events if e.kind == "backward"), rows[0] if rows else 0)
    at = stays[0][1]
    gradient = float(trace.gradients[first, at])
    names, moves = listed([name for name, _ in stays]), "moves" if len(stays) == 1 else "move"
    if not gradient:
        return None
    return f"{names} never {moves}, though the first gradient of {place(trace, at)} is {number(gradient)}."


Tell = Callable[[Walk, Values], str | None]
TELL: dict[str, Sequence[Tell]] = {
    "clearing": (clearing,),
    "passes": (passes,),
    "reached": (reached,),
    "seen": (seen,),
    "steps": (stepping,),
    "stale": (stale,),
    "still": (still,),
}
OF_TAPE: dict[str, Callable[[JudgedCase, Values], str | None]] = {"clearing": clearing_of_tape, "still": _still}
