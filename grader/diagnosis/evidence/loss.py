"""What is said of the loss that is differentiated."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from grader.diagnosis.channels.losses import At, Losses
from grader.diagnosis.channels.walk import Use, Walk
from grader.diagnosis.evidence.words import apart, calculation, counted, number, place

Values = Sequence[str]


def where(walk: Walk, use: Use) -> str:
    """The moment of a backward pass: "At step 2", or where no steps are made, "At the 2nd backward()"."""
    if not walk.steps or walk.early_steps:
        return f"In call {use.last.number + 1} of backward()"
    return f"At step {sum(step.passes <= use.last.number for step in walk.steps) + 1}"


def largest(values: Tensor) -> list[int]:
    """The coordinates of a vector, the largest first."""
    return torch.argsort(values.abs(), descending=True).tolist()


# What is differentiated

FUNCTIONS: dict[str, tuple[str, Callable[[float], float]]] = {
    "root": ("√{0}", math.sqrt),
    "square": ("{0}²", lambda loss: loss * loss),
    "logarithm": ("ln {0}", math.log),
}


def weight(walk: Walk, values: Values) -> str | None:
    """A loss that is a multiple, or another function, of the mean."""
    points = {id(use): at for _, use, at in Losses([walk]).points}
    for use in walk.uses:
        at = points[id(use)]
        said = _share(walk, use, at) if at.group > 1 else _multiple(walk, use, at, values)
        if said:
            return said
    return None


def _multiple(walk: Walk, use: Use, at: At, values: Values) -> str | None:
    """A loss that is a known function of the mean, or a multiple of it by one of the numbers at hand."""
    mean = walk.enacted.of(use.forward)[0]
    for text, function in (FUNCTIONS[value] for value in values if value in FUNCTIONS):
        return _of_mean(walk, use, text, [mean], function)
    counts = dict.fromkeys((at.rows * at.columns, at.rows, at.examples, at.batches, at.accumulate))
    for n in (n for n in counts if n > 1):
        said = _of_mean(walk, use, "{0} × {1}", [n, mean], lambda n, v: n * v)
        said = said or _of_mean(walk, use, "{1} / {0}", [n, mean], lambda n, v: v / n)
        said = said or _of_mean(walk, use, "{0} × {2} / {1}", [at.rows, n, mean], lambda n, m, v: n * v / m)
        if said:
            return said
    return None


def _of_mean(walk: Walk, use: Use, text: str, operands: list[float], compute: Callable[..., float]) -> str | None:
    """`operands`: the last is the mean loss."""
    mean, own = operands[-1], use.last.value
    told = calculation(compute, operands, own) if mean > 0 else None
    if told is None or not apart(mean, own):
        return None
    n = len(use.forward.prediction)
    of = f"the mean over its {n} examples" if n > 1 else "its example's"
    return f"{where(walk, use)} your loss is {told[-1]}; {of} is {told[-2]}. {told[-1]} = {text.format(*told[:-1])}."


def _share(walk: Walk, use: Use, at: At) -> str | None:
    """Of a batch that is a part of a step's: what it counts with."""
    mean, own = walk.enacted.of(use.forward)[0], use.last.value
    if not mean or len(use.last.forwards) > 1:
        return None
    should = at.rows / at.group_rows
    if not apart(own, should * mean):
        return None
    told = calculation(lambda share, m: share * m, [own / mean, mean], own)
    right = calculation(lambda n, m, v: n / m * v, [at.rows, at.group_rows, mean], should * mean)
    if told is None or right is None or told[1] != right[2]:
        return None
    begins = f"backward() begins from {told[2]}" + (f", {told[0]} times that" if told[0] != "1" else "")
    first = f"{where(walk, use)} batch {walk.label(use.forward.rows)} has a mean loss of {told[1]}, and {begins}."
    group = f"Its {counted(at.rows, 'example')} {'are' if at.rows > 1 else 'is'} part of the step's {at.group_rows}"
    return f"{first} {group}, so it should be {right[0]}/{right[1]} × {right[2]} = {right[3]}."


def factor(walk: Walk, values: Values) -> str | None:
    """A loss with a constant in front of it."""
    points = {id(use): at for _, use, at in Losses([walk]).points}
    for use in walk.uses:
        mean, own, at = walk.enacted.of(use.forward)[0], use.last.value, points[id(use)]
        if mean > 0 and math.isfinite(own) and len(use.last.forwards) == 1:
            constant = 0.5 if "half" in values else own / mean
            if at.group > 1:
                said = _share(walk, use, at)
            else:
                said = _of_mean(walk, use, "{0} × {1}", [constant, mean], lambda c, v: c * v) or _by_gradient(walk, use)
            if said:
                return said
    return None


def sign(walk: Walk, _values: Values) -> str | None:
    """A negated loss."""
    for use in walk.uses[:1]:
        mean, own = walk.enacted.of(use.forward)[0], use.last.value
        if own < 0 < mean and abs(own + mean) <= 1e-6 * mean:
            start = f"{where(walk, use)} backward() begins from {number(own)}; the mean squared error is {number(mean)}"
            return f"{start}. You differentiate its negative."
        return _by_gradient(walk, use)
    return None


def _by_gradient(walk: Walk, use: Use) -> str | None:
    """The gradient beside the one asked for, where it was alone in `.grad`."""
    rows = use.forward.rows
    if use.last.found.any() or use.times > 1 or not rows or len(use.last.forwards) > 1:
        return None
    right = walk.enacted.of(use.forward)[1] * (len(rows) / walk.data.group(rows)[1])
    for at in largest(right):
        own, wanted = float(use.last.left[at]), float(right[at])
        if wanted and apart(own, wanted):
            name = place(walk.enacted.trace, at)
            return f"{where(walk, use)} backward() makes the gradient of {name} {number(own)}; it should be {number(wanted)}."
    return None


def kind(walk: Walk, values: Values) -> str | None:
    """Another loss than the mean squared error."""
    for use in walk.uses[:1]:
        mean, own = walk.enacted.of(use.forward)[0], use.last.value
        n = len(use.forward.prediction)
        for name, words in (
            ("absolute", "the mean of the absolute errors; the mean of their squares"),
            (
                "broadcast",
                f"the mean over {n} × {n} pairs of prediction and target; over the {n} that belong together it",
            ),
        ):
            if name in values and n > 1:
                other = walk.enacted.of(use.forward, name)[0]
                if abs(own - other) <= 1e-6 * abs(other) and apart(own, mean):
                    shapes = _shapes(walk) if name == "broadcast" else ""
                    return f"{where(walk, use)} your loss is {number(own)}, {words} is {number(mean)}.{shapes}"
        if "broadcast" in values and (shapes := _shapes(walk)):
            return shapes.strip()
        return _by_gradient(walk, use)
    return None


def _shapes(walk: Walk) -> str:
    """The shapes that a loss of torch's was called with, where they differ."""
    for event in walk.enacted.trace.events:
        shapes = event.detail.get("shapes") if event.kind == "loss" else None
        if isinstance(shapes, list) and len(shapes) == 2 and shapes[0] != shapes[1] and all(_is_shape(s) for s in shapes):
            one, other = (torch.Size(s) for s in shapes)
            return f" The prediction has shape {_shape(one)}, the target {_shape(other)}."
    return ""


def _is_shape(value: object) -> bool:
    return isinstance(value, list) and len(value) <= 4 and all(isinstance(n, int) and 0 <= n < 1 << 32 for n in value)


def _shape(size: torch.Size) -> str:
    return str(tuple(size))


def value(walk: Walk, values: Values) -> str | None:
    """A running total that is differentiated."""
    total = 0.0
    for use in walk.uses:
        mean = walk.enacted.of(use.forward)[0]
        told = calculation(lambda a, b: a + b, [total, mean], use.last.value) if total and "running total" in values else None
        if told:
            start = f"{where(walk, use)} backward() begins from {told[0]} + {told[1]} = {told[2]}"
            return f"{start}; this loss alone is {told[1]}: the earlier ones are still in it."
        total += mean
    return None


Tell = Callable[[Walk, Values], str | None]
TELL: dict[str, Sequence[Tell]] = {
    "weight": (weight, factor),
    "factor": (factor,),
    "sign": (sign,),
    "kind of loss": (kind,),
    "value": (value,),
}
