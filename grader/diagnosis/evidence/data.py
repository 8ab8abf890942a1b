"""What is said of the data that a run learns from and is measured on, and of the weights that it starts from."""

from collections.abc import Callable, Sequence

import torch

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.histories import _others
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.evidence.loss import largest, where
from grader.diagnosis.evidence.words import counted, number, place, times

Values = Sequence[str]


def batches(walk: Walk, _values: Values) -> str | None:
    """Other batches than there are, or another order."""
    asked = [str(n) for n in range(1, len(walk.data.batches) + 1)]
    chunks = [[walk.labels[i] for i in epoch] for epoch in walk.epochs]
    number_of = next((n for n, chunk in enumerate(chunks) if chunk != asked), None)
    if number_of is None or walk.stopped:
        return None
    own = chunks[number_of]
    when = "In each epoch" if len(chunks) > 1 and all(chunk == own for chunk in chunks) else f"In epoch {number_of + 1}"
    examples = walk.data.examples
    if set(own) == {"all"} and len(asked) > 1:
        return f"{when} you learn {times(len(own))} from all {examples} examples at once; there are {len(asked)} batches."
    if all(label.isdecimal() for label in own):
        if sorted(own) == sorted(asked):
            return f"{when} the batches come in the order {', '.join(own)}; {', '.join(asked)} is asked for."
        return f"{when} you learn from {batches_called(own)}; there are {', '.join(asked)}." if len(asked) > 1 else None
    odd = next(i for i in walk.epochs[number_of] if not walk.labels[i].isdecimal())
    rows = walk.uses[odd].forward.rows
    if walk.labels[odd] == "validation":
        return f"{when} you call backward() on a prediction for validation data."
    return f"Prediction {odd + 1} of those that you learn from is of {len(rows)} of the {examples} examples." if rows else None


def batches_called(labels: Sequence[str]) -> str:
    """Their numbers behind the word."""
    return f"{'batch' if len(labels) == 1 else 'batches'} {', '.join(labels)}"


def epochs(walk: Walk, _values: Values) -> str | None:
    """Too few epochs, or too many."""
    name = "epochs" if "epochs" in walk.enacted.reference.arguments else "steps"
    if len(walk.epochs) == walk.data.epochs or walk.stopped:
        return None
    what = (
        f"go through the data {times(len(walk.epochs))}" if name == "epochs" else f"call backward() {times(len(walk.epochs))}"
    )
    return f"You {what}; {name} is {walk.data.epochs}."


def targets(walk: Walk, _values: Values) -> str | None:
    """Targets of other examples."""
    data = walk.data
    for use in walk.uses:
        rows, own = use.forward.rows, use.forward.targets
        for at, (x, y) in enumerate(zip(rows or (), own or (), strict=False)):
            if x != y and not torch.equal(data.y[x], data.y[y]) and data.columns == 1:
                mine, right = number(float(data.y[y])), number(float(data.y[x]))
                if mine != right:
                    return f"{where(walk, use)} row {at} of the inputs is compared with {mine}; its own target is {right}."
    return None


def mode(walk: Walk, _values: Values) -> str | None:
    """Training in eval mode."""
    for number_of, epoch in enumerate(walk.epochs):
        if any(not walk.uses[i].forward.training for i in epoch):
            before = " (in those before it was True)" if number_of else ""
            return f"In epoch {number_of + 1} model.training is False while you learn{before}."
    return None


def looks(walk: Walk, _values: Values) -> str | None:
    """Validation on other data, in another mode, at another time."""
    if not walk.data.validation or walk.stopped:
        return None
    groups = _others(walk)
    labels = {walk.label(f.rows) for group in groups for f in group}
    if not labels:
        return "Nothing is predicted but the batches that you learn from: no validation batch is."
    if "validation" not in labels:
        told = ", ".join(sorted(labels))
        given = batches_called([told]) if told.isdecimal() else "training data"
        return f"Where nothing is learned, the model is given {given}: no validation batch at all."
    mine = [f for group in groups for f in group if walk.label(f.rows) == "validation"]
    if any(f.training for f in mine):
        return "When you predict the validation batches, model.training is True: it should be False."
    found = [g for g in groups if any(walk.label(f.rows) == "validation" for f in g)]
    if len(found) != walk.data.epochs:
        asked = f"once after each of {counted(walk.data.epochs, 'epoch')} is asked for"
        return f"You validate {times(len(found))}; {asked}."
    if not found[0][0].passes:
        return "Your first validation comes before anything is learned: it should follow the first epoch."
    other = [f for group in groups for f in group if walk.label(f.rows) != "validation"]
    return f"You predict training data {times(len(other))} more than you learn from them." if other else None


def start(walk: Walk, _values: Values) -> str | None:
    """Other weights to start from, or weights that jump."""
    trace, initial = walk.enacted.trace, walk.enacted.reference.initial
    for number_of, epoch in enumerate(walk.epochs):
        row = trace.parameters[walk.uses[epoch[0]].last.row]
        if number_of:
            at_last = walk.uses[epoch[0] - 1].last.number + 1
            ends = [step.after for step in walk.steps if step.passes <= at_last]
            was = trace.parameters[ends[-1]] if ends else row
        else:
            was = initial
        for at in largest(row - was):
            own, before = float(row[at]), float(was[at])
            if number(own) != number(before):
                name = place(trace, at)
                if not number_of:
                    return f"Your first prediction is made with {name} = {number(own)}; the model came with {number(before)}."
                return f"After epoch {number_of} {name} is {number(before)}; epoch {number_of + 1} begins with {number(own)}."
    return None


def dtype(case: JudgedCase, _values: Values = ()) -> str | None:
    """Data or parameters that are turned into another dtype."""
    trace = case.trace
    kinds = {kind for _, _, kind in trace.layout}
    for now, (name, _, was) in zip(trace.dtypes, trace.layout, strict=False):
        if now != was:
            return f"`{name}` comes as {was} and ends as {now}."
    other = sorted({str(x.dtype) for x in trace.inputs.values() if x.is_floating_point()} - kinds)
    return f"The model is given {other[0]} data; they came as {sorted(kinds)[0]}." if other and len(kinds) == 1 else None


Tell = Callable[[Walk, Values], str | None]
TELL: dict[str, Sequence[Tell]] = {
    "batches": (batches,),
    "epochs": (epochs,),
    "targets": (targets,),
    "mode": (mode,),
    "looks": (looks,),
    "start": (start,),
}
