"""How a list of losses that is returned comes from what the run itself did."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from grader.diagnosis.channels.losses import own_loss
from grader.diagnosis.channels.walk import Use, Walk
from grader.diagnosis.enact import Forward

Parts = list[list[Use]]  # the uses behind each number
Numbers = Callable[[Walk], Iterable[float]]


def _steps(walk: Walk) -> Parts:
    """The uses of each step."""
    found: Parts = [[]]
    for use in walk.uses:
        found[-1].append(use)
        found += [[]] if use.steps else []
    return found if found[-1] else found[:-1]


def _epochs(walk: Walk) -> Parts:
    return [[walk.uses[i] for i in epoch] for epoch in walk.epochs]


def _groups(walk: Walk) -> Parts:
    """The uses of each step that was asked for."""
    size = walk.data.accumulate
    return [[walk.uses[i] for i in epoch[at : at + size]] for epoch in walk.epochs for at in range(0, len(epoch), size)]


def _full_groups(walk: Walk) -> Parts:
    return [part for part in _groups(walk) if len(part) == walk.data.accumulate]


def _each(walk: Walk) -> Parts:
    return [[use] for use in walk.uses]


def _size(use: Use) -> int:
    return len(use.forward.prediction)


def _mean(walk: Walk, use: Use) -> float:
    return walk.enacted.of(use.forward)[0]


def _own(_walk: Walk, use: Use) -> float:
    return use.last.value


def _after(walk: Walk, use: Use) -> float:
    """The mean loss once the step is made, on the same examples."""
    if not walk.losses_after:
        steps = {step.passes: step for step in reversed(walk.steps)}
        for each in walk.uses:
            step, rows = steps.get(each.last.number + 1), each.forward.rows
            walk.losses_after[id(each)] = math.nan if step is None or rows is None else _loss_at(walk, step.after, rows)
    return walk.losses_after[id(use)]


def _loss_at(walk: Walk, row: int, rows: Sequence[int]) -> float:
    reference, data = walk.enacted.reference, walk.data
    reference.set(walk.enacted.trace.parameters[row])
    with torch.no_grad():
        return float(reference.arguments["loss_fn"](reference.model(data.X[list(rows)]), data.y[list(rows)]))


def _calls(walk: Walk) -> list[list[tuple[int, float]]]:
    """What each epoch's predictions come to that autograd watched, differentiated or not."""
    found = []
    for epoch in walk.epochs:
        numbers = range(walk.uses[epoch[0]].last.number, walk.uses[epoch[-1]].last.number + 1)
        calls = [f for f in walk.enacted.forwards if f.grad and f.passes in numbers]
        found.append([(len(f.prediction), walk.enacted.of(f)[0]) for f in calls])
    return found


def _calls_after(walk: Walk) -> list[list[tuple[int, float]]]:
    """What the predictions come to that autograd didn't watch, in each epoch."""
    found = []
    for epoch in walk.epochs:
        numbers = range(walk.uses[epoch[0]].last.number + 1, walk.uses[epoch[-1]].last.number + 2)
        calls = [f for f in walk.enacted.forwards if not f.grad and f.passes in numbers and walk.label(f.rows) != "validation"]
        found.append([(len(f.prediction), walk.enacted.of(f)[0]) for f in calls])
    return found


def _by_size(walk: Walk) -> list[list[tuple[int, float]]]:
    """Each epoch's losses, with the sizes of the batches that were asked for in their places."""
    sizes = [len(batch) for batch in walk.data.batches]
    return [[(sizes[k], _mean(walk, walk.uses[i])) for k, i in enumerate(epoch[: len(sizes)])] for epoch in walk.epochs]


PARTS: dict[str, Callable[[Walk], Parts]] = {
    "each epoch": _epochs,
    "each step": _steps,
    "each batch": _each,
    "each group": _groups,
    "each full group": _full_groups,
}


def _own_mean(walk: Walk, use: Use) -> float:
    """The mean of the loss that is differentiated, whatever it is multiplied with."""
    return walk.enacted.of(use.forward, walk.kind)[0]


LOSSES: dict[str, Callable[[Walk, Use], float]] = {
    "": _mean,
    "as differentiated": _own,
    "after the step": _after,
    "of the other loss": _own_mean,
}


def _ratio(a: float, b: float) -> float:
    return a / b if b else math.nan


TOGETHER: dict[str, Callable[[Walk, Sequence[tuple[int, float]]], float]] = {
    "mean per example": lambda walk, of: _ratio(sum(n * v for n, v in of), sum(n for n, _ in of)),
    "mean of means": lambda walk, of: _ratio(sum(v for _, v in of), len(of)),
    "last": lambda walk, of: of[-1][1],
    "first": lambda walk, of: of[0][1],
    "sum": lambda walk, of: sum(v for _, v in of),
    "sum over examples": lambda walk, of: sum(n * v for n, v in of),
    "smallest": lambda walk, of: min(v for _, v in of),
    "largest": lambda walk, of: max(v for _, v in of),
    "sum over all examples": lambda walk, of: sum(n * v for n, v in of) / walk.data.examples,
    "mean over the set's size": lambda walk, of: sum(v for _, v in of) / walk.data.examples,
    "examples over batches": lambda walk, of: sum(n * v for n, v in of) / len(of),
    "examples over accumulate": lambda walk, of: sum(n * v for n, v in of) / walk.data.accumulate,
    "over accumulate": lambda walk, of: sum(v for _, v in of) / walk.data.accumulate,
    "sum over batches asked": lambda walk, of: sum(v for _, v in of) / len(walk.data.batches),
    "means over examples": lambda walk, of: sum(v for _, v in of) / sum(n for n, _ in of),
    "over the last batch": lambda walk, of: sum(n * v for n, v in of) / of[-1][0],
    "over the first batch": lambda walk, of: sum(n * v for n, v in of) / of[0][0],
    "over full batches": lambda walk, of: sum(n * v for n, v in of) / (len(walk.data.batches) * len(walk.data.batches[0])),
    "examples over one less": lambda walk, of: _ratio(sum(n * v for n, v in of), sum(n for n, _ in of) - 1),
    "examples over batches asked": lambda walk, of: sum(n * v for n, v in of) / len(walk.data.batches),
}


def _pairs(walk: Walk, part: str, moment: str) -> list[list[tuple[int, float]]]:
    """The sizes and losses of the uses behind each number; worked out once for each run."""
    key = part, moment
    if key not in walk.pairs:
        loss = LOSSES[moment]
        walk.pairs[key] = [[(_size(use), loss(walk, use)) for use in uses] for uses in PARTS[part](walk) if uses]
    return walk.pairs[key]


def descriptions() -> Iterator[tuple[str, Numbers]]:
    """How a list of losses may come about, the plainest first."""
    for part in PARTS:
        for moment in LOSSES:
            for whole, join in TOGETHER.items():

                def numbers(walk: Walk, key: tuple[str, str] = (part, moment), join: Any = join) -> Iterator[float]:
                    return (join(walk, pairs) for pairs in _pairs(walk, *key))

                yield ", ".join(filter(None, (f"{whole} of {part}", moment))), numbers
    for name, calls in (("all calls", _calls), ("calls after it", _calls_after), ("batches by their sizes", _by_size)):
        for whole, join in TOGETHER.items():

            def of_calls(walk: Walk, calls: Any = calls, join: Any = join) -> list[float]:
                return [join(walk, part) for part in calls(walk) if part]

            yield f"{whole} of each epoch's {name}", of_calls

    for name in ("each epoch", "each group"):

        def growing(walk: Walk, name: str = name) -> list[float]:
            parts = _pairs(walk, name, "")
            counts = list(itertools.accumulate(sum(n for n, _ in part) for part in parts))
            return [sum(n * v for n, v in part) / count for part, count in zip(parts, counts, strict=True)]

        yield f"sum of {name} over all examples so far", growing
    for whole, join in TOGETHER.items():

        def so_far(walk: Walk, join: Any = join) -> list[float]:
            uses = walk.uses
            return [join(walk, [(_size(u), _mean(walk, u)) for u in uses[: e[-1] + 1]]) for e in walk.epochs if e]

        yield f"{whole} of all epochs so far", so_far


_DESCRIPTIONS = list(descriptions())


def _equal(mine: Sequence[float], theirs: Iterable[float]) -> bool:
    """Whether numbers agree; of theirs no more are made than it takes to tell."""
    return all(
        a is not None and b is not None and (abs(a - b) <= 1e-7 * abs(b) + 1e-13 or (math.isnan(a) and math.isnan(b)))
        for a, b in itertools.zip_longest(mine, theirs)
    )


def losses(walks: Sequence[Walk], lists: Sequence[list[float]]) -> list[str]:
    """The names of the ways in which these lists come from what the runs did, in every case."""
    found = []
    for name, numbers in _DESCRIPTIONS:
        try:
            if all(_equal(mine, numbers(walk)) for mine, walk in zip(lists, walks, strict=True)):
                found.append(name)
        except (IndexError, ZeroDivisionError, ValueError, RuntimeError):
            continue
    of_another = found and all(name.endswith(", as differentiated") for name in found)  # which says why they are no means
    if not of_another and all(_in_proportion(mine, walk) for mine, walk in zip(lists, walks, strict=True)):
        return [*found, "in proportion to the epochs' means"]
    if found:
        return found
    for short, cut in (("without the first", slice(1, None)), ("without the last", slice(None, -1))):
        for name, numbers in _DESCRIPTIONS[:20]:
            try:
                if all(_equal(mine, list(numbers(walk))[cut]) for mine, walk in zip(lists, walks, strict=True)):
                    found.append(f"{name}, {short}")
            except (IndexError, ZeroDivisionError, ValueError, RuntimeError):
                continue
    return found


def _in_proportion(mine: list[float], walk: Walk) -> bool:
    """Whether the numbers are the right ones of each epoch, or of each step, times a constant other than 1."""
    return any(
        _proportional(
            mine, [TOGETHER["mean per example"](walk, [(_size(u), _mean(walk, u)) for u in p]) for p in parts(walk) if p]
        )
        for parts in (_epochs, _steps, _groups)
    )


def _proportional(mine: list[float], right: list[float]) -> bool:
    if not len(right) == len(mine) > 1 or not right[0]:
        return False
    constant = mine[0] / right[0]
    return constant > 0 and not _equal(mine, right) and _equal(mine, [constant * value for value in right])


def validation(walks: Sequence[Walk], lists: Sequence[list[float]]) -> list[str]:
    """The names of the ways in which these lists come from the calls that nothing is learned from."""
    found = []
    moments: dict[str, Callable[[Walk, Forward], float]] = {
        "": lambda walk, forward: walk.enacted.of(forward)[0],
        ", of the other loss": lambda walk, forward: own_loss(walk, forward),
    }
    for moment, loss in moments.items():
        for whole, join in TOGETHER.items():

            def numbers(walk: Walk, loss: Any = loss, join: Any = join) -> list[float]:
                return [join(walk, [(len(f.prediction), loss(walk, f)) for f in group]) for group in _others(walk)]

            try:
                if all(_equal(mine, numbers(walk)) for mine, walk in zip(lists, walks, strict=True)):
                    found.append(whole + moment)
            except (IndexError, ZeroDivisionError, ValueError, RuntimeError):
                continue
    if any(_at_another_time(walk) for walk in walks):
        found = [f"{name}, at another time" for name in found]
    elif "mean per example" not in found:
        right = [
            [
                TOGETHER["mean per example"](walk, [(len(f.prediction), walk.enacted.of(f)[0]) for f in group])
                for group in _others(walk)
            ]
            for walk in walks
        ]
        if all(map(_proportional, lists, right)):
            found.append("in proportion to the means")
        if not found and all(map(_repeats, lists, right)):
            found.append("of fewer epochs, repeated")
    return found


def _repeats(mine: list[float], right: list[float]) -> bool:
    """Whether there are more numbers than means, and each is one of these."""
    return len(mine) > len(right) and all(any(_equal([value], [one]) for one in right) for value in mine)


def _others(walk: Walk) -> list[list[Forward]]:
    """The calls that nothing is learned from, those together that no pass parts; of many, those at the epochs' ends."""
    used = {id(use.forward) for use in walk.uses}
    others = [forward for forward in walk.enacted.forwards if id(forward) not in used]
    held_out = [forward for forward in others if walk.label(forward.rows) == "validation"]
    groups: dict[int, list[Forward]] = {}
    for forward in held_out or others:
        groups.setdefault(forward.passes, []).append(forward)
    ends = _ends(walk)
    return [group for at, group in groups.items() if at in ends or not ends <= groups.keys()]


def _ends(walk: Walk) -> set[int]:
    """How many passes there had been at each epoch's end."""
    return {walk.uses[epoch[-1]].last.number + 1 for epoch in walk.epochs if epoch}


def _at_another_time(walk: Walk) -> bool:
    """Whether held-out examples are looked at as often as asked, and not at the epochs' ends."""
    used = {id(use.forward) for use in walk.uses}
    held_out = [f for f in walk.enacted.forwards if id(f) not in used and walk.label(f.rows) == "validation"]
    times = {forward.passes for forward in held_out}
    return len(times) == len(_ends(walk)) and not _ends(walk) <= times
