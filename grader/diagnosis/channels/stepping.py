"""When steps are taken, and from where."""

import torch

from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.channels.walk import Walk


def stepping(walk: Walk) -> list[str]:
    """When steps are taken: after each batch, twice, once an epoch, …"""
    if walk.regrouped:
        return [UNCLEAR]
    counts = [use.steps for use in walk.uses]
    data, size = walk.data, len(walk.uses)

    def planned(rest: bool) -> list[int]:
        made = []
        for epoch in walk.epochs:
            for place in range(len(epoch)):
                full = (place + 1) % data.accumulate == 0
                made.append(int(full or (rest and place == len(epoch) - 1)))
        return made

    places = [(place, len(epoch)) for epoch in walk.epochs for place in range(len(epoch))]
    laws: list[tuple[str, list[int]]] = [
        ("", planned(rest=True)),
        ("without the rest", planned(rest=False)),
        ("each batch", [1] * size),
        ("none", [0] * size),
        ("twice", [2 * n for n in planned(rest=True)]),
        ("thrice", [3 * n for n in planned(rest=True)]),
        ("each epoch", [int(place == many - 1) for place, many in places]),
        ("at the end", [0] * (size - 1) + [1]),
        ("across epochs", [int((number + 1) % data.accumulate == 0) for number in range(size)]),
        (
            "across epochs and the rest",
            [int((number + 1) % data.accumulate == 0 or number == size - 1) for number in range(size)],
        ),
        ("one off", [int(place % data.accumulate == 0) for place, _ in places]),
        ("one off and the rest", [int(place % data.accumulate == 0 or place == many - 1) for place, many in places]),
        ("the first alone", [int(number == planned(rest=True).index(1)) for number in range(size)]),
        ("one later", [*planned(rest=True)[:-1], 0]),
        ("every other", [int(number % 2 == 1) for number in range(size)]),
        ("every other", [int(number % 2 == 0) for number in range(size)]),
        ("every third", [int(number % 3 == 2) for number in range(size)]),
    ]
    end = -1 if walk.stopped else None  # the step after the last batch never came
    found = list(dict.fromkeys(name for name, law in laws if law[:end] == counts[:end]))
    if not found:
        per_epoch = [[counts[i] for i in epoch] for epoch in walk.epochs]
        found = [" ".join(map(str, per_epoch[0]))] if all(e == per_epoch[0] for e in per_epoch) else [UNCLEAR]
    return [f"early, {name}" for name in found] if walk.early_steps else found


def freshness(walk: Walk) -> list[str]:
    """Whether each step uses a gradient of the weights that it changes."""
    firsts = [use.fresh[0] for use in walk.uses if use.fresh]
    return ["stale" if firsts and not all(firsts) else ""]


def repetition(walk: Walk) -> list[str]:
    """How often each prediction is differentiated."""
    times = {use.times for use in walk.uses}
    return ["" if times <= {1} else f"{max(times)} times" if len(times) == 1 else "sometimes twice"]


def start(walk: Walk) -> list[str]:
    """From which weights the run starts, and whether anything but steps moves them."""
    trace, reference = walk.enacted.trace, walk.enacted.reference
    if not torch.equal(trace.parameters[0], reference.initial):
        return ["other weights"]
    steps = {id(step) for step in walk.steps}
    jumps = [step for step in walk.enacted.steps if id(step) not in steps]
    if not jumps:
        return [""]
    places = [trace.parameters[step.after] for step in jumps]
    kind = (
        "zeros"
        if not any(p.any() for p in places)
        else "the first"
        if all(torch.equal(p, reference.initial) for p in places)
        else "others"
    )
    begins = {walk.uses[epoch[0]].last.number for epoch in walk.epochs}
    at = {step.passes for step in jumps}
    when = "at the start" if at == {0} and len(begins) > 1 else "each epoch" if at <= begins else "within"
    return [f"{kind} {when}"]
