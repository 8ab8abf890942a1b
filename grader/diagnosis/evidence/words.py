"""How numbers, tensors and rules are named in a sentence to a learner."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.trace import CaseTrace

DIGITS = (4, 5, 6, 3)  # significant ones: the first of these with which a calculation comes out
CLEAR = 0.01  # relative: how far two numbers must be apart to be told apart in a sentence


def number(value: float, digits: int = 4) -> str:
    """A number as it is written: 4 significant digits, and no needless zeros."""
    return f"{value + 0.0:.{digits}g}"


def within(value: float) -> str:
    """A number as it stands inside a calculation: in brackets where it is negative."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def calculation(compute: Callable[..., float], operands: Sequence[float], outcome: float) -> tuple[str, ...] | None:
    """Operands and outcome in as few digits as the calculation comes out in, with pencil and paper; None where it doesn't."""
    if not all(map(math.isfinite, (*operands, outcome))) or abs(compute(*operands) - outcome) > 1e-6 * abs(outcome):
        return None
    for digits in DIGITS:
        texts = [number(value, digits) for value in operands]
        if number(compute(*map(float, texts)), digits) == number(outcome, digits):
            return *texts, number(outcome, digits)
    return None


def bracketed(text: str) -> str:
    """A written number as it stands behind a sign."""
    return f"({text})" if text.startswith("-") else text


def apart(one: float, other: float) -> bool:
    """Whether two numbers are so far apart that it shows when they are written."""
    return math.isfinite(one) and math.isfinite(other) and abs(one - other) > CLEAR * max(abs(one), abs(other))


def place(trace: CaseTrace, at: int) -> str:
    """What a coordinate is called in Python: `bias`, or `weight[0, 2]` where there are several."""
    start = 0
    for name, shape, _ in trace.layout:
        size = math.prod(shape)
        if at < start + size:
            index, left = [], at - start
            for n in reversed(shape):
                left, rest = divmod(left, n)
                index.append(str(rest))
            return f"`{name}[{', '.join(reversed(index))}]`" if size > 1 else f"`{name}`"
        start += size
    raise IndexError(at)


def listed(items: Sequence[str], most: int = 4) -> str:
    """Items in a row: "a, b and c", or "a, b and 5 more"."""
    items = list(items)
    if len(items) > most:
        items = [*items[: most - 1], f"{len(items) - most + 1} more"]
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def times(count: int) -> str:
    """How often: "once", "twice", "3 times", "never"."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def counted(count: int, thing: str) -> str:
    """A number of things: "1 step", "3 steps", "2 batches"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}{'es' if thing.endswith(('s', 'ch')) else 's'}"


def setting(value: Any) -> str:
    """A setting's value."""
    if isinstance(value, (tuple, list)):
        return f"({', '.join(setting(v) for v in value)})"
    return number(value) if isinstance(value, float) else str(value)


def optimizer(family: str, settings: Mapping[str, Any], names: Sequence[str]) -> str:
    """An optimizer of torch's with these of its settings: "SGD with lr 0.1 and momentum 0.9"."""
    told = [f"{name} {setting(settings[name])}" for name in names if name in settings]
    return f"{family} with {listed(told)}" if told else family


# What a line of a rule by hand says instead, and what it should say. None of it has numbers: those are the run's own.

ADAM: dict[tuple[str, str], str] = {
    ("m", "no factor"): "Your m takes in g where it should take in (1 − β1)·g",
    ("m", "raw"): "Your step has g above the line, where m̂ belongs",
    ("m", "previous"): "Your step uses m as it was before this step's gradient went in",
    ("m", "lr inside"): "Your m takes in lr·g where it should take in g: lr belongs in the update alone",
    ("m", "beta2"): "Your m uses β2 where β1 belongs",
    ("m", "sum"): "Your m is a sum in which old gradients never fade: m ← β1·m + (1 − β1)·g is asked for",
    ("m", "swapped factors"): "Your m is (1 − β1)·m + β1·g; it should be β1·m + (1 − β1)·g",
    ("v", "no factor"): "Your v takes in g² where it should take in (1 − β2)·g²",
    ("v", "absolute"): "Your v takes in |g| where it should take in g²",
    ("v", "m squared"): "Your v takes in m² where it should take in g²",
    ("v", "m-hat squared"): "Your v takes in m̂² where it should take in g²",
    ("v", "around m"): "Your v takes in (g − m)² where it should take in g²",
    ("v", "around old m"): "Your v takes in (g − m)², with the m of before, where it should take in g²",
    ("v", "variance"): "Your step divides by the root of v̂ − m̂² where v̂ alone belongs",
    ("v", "largest"): "Your step divides by the largest v so far, where this step's v belongs",
    ("v", "largest corrected"): "Your step divides by the largest v̂ so far, where this step's v̂ belongs",
    ("v", "beta1"): "Your v uses β1 where β2 belongs",
    ("v", "sum"): "Your v is a sum in which old squares never fade: v ← β2·v + (1 − β2)·g² is asked for",
    ("v", "swapped factors"): "Your v is (1 − β2)·v + β2·g²; it should be β2·v + (1 − β2)·g²",
    ("correction", "none"): "Your step uses m and v as they are: m / (1 − β1^t) and v / (1 − β2^t) belong there",
    ("correction", "not of m"): "Your step uses m as it is: m / (1 − β1^t) belongs there",
    ("correction", "not of v"): "Your step uses v as it is: v / (1 − β2^t) belongs there",
    ("correction", "multiplied"): "You multiply m and v by 1 − β^t: they have to be divided by it",
    ("correction", "linear"): "You divide by 1 − β·t: it should be 1 − β^t, β to the power of t",
    ("correction", "of v with beta1"): "You divide v by 1 − β1^t: it should be 1 − β2^t",
    ("correction", "of m with beta2"): "You divide m by 1 − β2^t: it should be 1 − β1^t",
    ("correction", "swapped"): "You divide m by 1 − β2^t and v by 1 − β1^t: the two are swapped",
    ("count", "from two"): "Your t is 2 at the first step: it should be 1",
    ("count", "never advances"): "Your t is 1 at every step: it should go up by one each time",
    ("count", "each parameter"): "Your t goes up by one for every parameter: it should go up once a step",
    ("count", "each parameter, missing too"): "Your t goes up by one for every parameter: it should go up once a step",
    ("count", "from zero"): "Your t is 0 at the first step, so that 1 − β^t is 0: it should be 1",
    ("count", "twice"): "Your t goes up by two at each step: it should go up by one",
    ("stored", "both"): "You write m̂ and v̂ back over m and v: the next step has to go on from m and v",
    ("stored", "m"): "You write m̂ back over m: the next step has to go on from m",
    ("stored", "v"): "You write v̂ back over v: the next step has to go on from v",
    ("eps", "inside the root"): "You divide by √(v̂ + ε): it should be √v̂ + ε",
    ("eps", "inside before correction"): "You add ε to v, inside the root and before the correction: √v̂ + ε is asked for",
    ("eps", "before correction"): "You add ε to √v before the correction: √v̂ + ε is asked for",
    ("eps", "none"): "You divide by √v̂: it should be √v̂ + ε",
    ("eps", "inside and outside"): "You add ε inside the root and outside: √v̂ + ε is asked for",
    ("eps", "as the least"): "You use ε as the least that √v̂ may be: √v̂ + ε is asked for",
    ("eps", "squared inside"): "You divide by √(v̂ + ε²): it should be √v̂ + ε",
    ("root", "none"): "You divide by v̂ + ε: it should be √v̂ + ε",
    ("root", "cubic"): "You take the third root of v̂: the square root is asked for",
    ("memory", "each step"): "Your m and v begin at 0 again at every step",
    ("memory", "each step, count too"): "Your m, v and t begin again at every step",
    ("memory", "shared by m and v"): "Your m and v are one and the same tensor",
    ("memory", "previous of both"): "Your step uses m and v as they were before this step's gradient went in",
    ("update", "momentum alone"): "Your step is lr·m̂: it isn't divided by √v̂ + ε",
    ("update", "gradient over root"): "Your step has g above the line, where m̂ belongs",
    ("update", "sign"): "Your step has the sign of g alone, where m̂ / (√v̂ + ε) belongs",
    ("update", "lookahead"): "Your step looks ahead, as torch.optim.NAdam's does",
    ("update", "lookahead, one correction"): "Your step looks ahead: β1·m + (1 − β1)·g stands where m belongs",
    ("update", "adamax"): "Your step divides by the largest |g| so far, as torch.optim.Adamax does",
    ("update", "radam"): "Your steps are those of torch.optim.RAdam",
    ("decay", "none"): "Your steps have no weight decay",
    ("decay", "after"): "Your decay comes after Adam's update: it should come before",
    ("decay", "without lr"): "Your decay is λ·θ: it should be lr·λ·θ",
    ("decay", "in the gradient"): "You add λ·θ to the gradient: θ itself should shrink, by lr·λ·θ",
    ("decay", "in m only"): "You add λ·θ to the gradient in m: θ itself should shrink, by lr·λ·θ",
    ("decay", "in v only"): "You add λ·θ to the gradient in v: θ itself should shrink, by lr·λ·θ",
    ("decay", "over the root"): "You add λ·θ to m̂, where it is divided by √v̂ + ε: θ itself should shrink, by lr·λ·θ",
    ("decay", "doubled"): "Your decay is 2·lr·λ·θ: it should be lr·λ·θ",
    ("decay", "squared lr"): "Your decay is lr²·λ·θ: it should be lr·λ·θ",
    ("decay", "added"): "Your decay makes θ grow by lr·λ·θ: θ should shrink by it",
    ("decay", "both ways"): "You add λ·θ to the gradient and shrink θ as well: only the second is asked for",
    ("decay given", "default"): "Your weight decay is always 0.01, whatever is asked for",
    ("decay given", "first group's"): "You use the first group's weight decay for all",
    ("decay given", "last group's"): "You use the last group's weight decay for all",
    ("decay given", "none of vectors"): "You let no vector decay, whatever its group says",
    ("decay given", "vectors alone"): "You let vectors alone decay, whatever their group says",
    ("decay given", "largest"): "You use the largest weight decay for all",
}
SGD: dict[tuple[str, str], str] = {
    ("velocity", "averaged"): "Your b takes in (1 − μ)·g where it should take in g",
    ("velocity", "averaged after the first"): "After the first step your b takes in (1 − μ)·g where it should take in g",
    ("velocity", "previous"): "Your step uses b as it was before this step's gradient went in",
    ("velocity", "previous, zero at first"): "Your step uses b as it was before this step's gradient went in, 0 at first",
    ("velocity", "lr inside"): "Your b takes in lr·g where it should take in g: lr belongs in the update alone",
    ("velocity", "sum"): "Your b is a sum in which old gradients never fade: b ← μ·b + g is asked for",
    ("velocity", "scaled by mu first"): "Your first b is μ·g: it should be g",
    ("velocity", "negative"): "Your b is g − μ·b: it should be μ·b + g",
    ("dampening", "none"): "Your b takes in g where it should take in (1 − τ)·g",
    ("dampening", "as a factor"): "Your b takes in τ·g where it should take in (1 − τ)·g",
    ("dampening", "first too"): "Your first b is (1 − τ)·g: it should be g",
    ("dampening", "twice"): "Your b takes in (1 − τ)²·g where it should take in (1 − τ)·g",
    ("dampening", "as momentum"): "Your b takes in (1 − μ)·g where it should take in (1 − τ)·g",
    ("dampening", "without momentum"): "You dampen the gradient without momentum too: there τ has nothing to do",
    ("dampening", "without momentum, first too"): "You dampen the gradient without momentum too: there τ has nothing to do",
    ("nesterov", "off"): "Your step is along b: with nesterov it should be along g + μ·b",
    ("nesterov", "on"): "Your step is along g + μ·b: without nesterov it should be along b",
    ("nesterov", "inverted"): "You look ahead where nesterov is False, and don't where it is True",
    ("nesterov", "old gradient"): "With nesterov you step along the gradient of before + μ·b: this step's g belongs there",
    (
        "nesterov",
        "old gradient, zero at first",
    ): "With nesterov you step along the gradient of before + μ·b: this step's g belongs there",
    ("nesterov", "twice"): "With nesterov you look ahead twice: the step should be along g + μ·b",
    ("nesterov", "gradient scaled"): "With nesterov you step along μ·g + b: it should be g + μ·b",
    ("nesterov", "velocity alone scaled"): "With nesterov you step along μ·b: it should be g + μ·b",
    ("momentum", "none"): "Your steps have no momentum: each is lr times its own gradient",
    ("decay", "none"): "Your steps have no weight decay: g ← g + λ·θ comes before all else",
    ("decay", "doubled"): "You add 2·λ·θ to the gradient: it should be λ·θ",
    ("decay", "behind the velocity"): "You add λ·θ to the step, behind the velocity: it belongs to g, before all else",
    ("decay", "shrinks before"): "You shrink θ by lr·λ·θ: λ·θ should be added to g instead",
    ("decay", "times lr"): "You add lr·λ·θ to the gradient: it should be λ·θ",
    ("decay", "both"): "You add λ·θ to g and shrink θ as well: only the first is asked for",
    ("decay", "in velocity only"): "Only your velocity takes in λ·θ: the look-ahead's g should have it too",
    ("decay", "undampened"): "Your dampening leaves λ·θ out: it should be (1 − τ)·(g + λ·θ)",
    ("decay", "with momentum only"): "Your weight decay acts only where there is momentum",
    ("decay", "without momentum only"): "Your weight decay acts only where there is no momentum",
    ("decay", "lookahead without"): "The g of your look-ahead lacks λ·θ",
    ("decay", "after the first"): "Your weight decay begins after the first step",
    ("decay", "shrinks after"): "You shrink θ by lr·λ·θ after the step: λ·θ should be added to g instead",
    ("decay", "without lr"): "You shrink θ by λ·θ: λ·θ should be added to g instead",
    ("decay", "negative"): "You subtract λ·θ from the gradient: it should be added",
    ("decay", "half"): "You add λ·θ/2 to the gradient: it should be λ·θ",
    ("decay", "vectors spared"): "You let no vector decay: all parameters should",
    ("memory", "each step"): "Your b begins anew at every step",
}
MISSING = {
    "as zero": "You take a missing gradient (None) for zeros: that parameter should be skipped",
    "ends the step": "At the first missing gradient (None) your step ends: only that parameter should be skipped",
    "stops all": "Where one gradient is missing (None), you move nothing: only that parameter should be skipped",
    "previous gradient": "Where a gradient is missing (None), you use the last one: that parameter should be skipped",
    "coasts": "Where a gradient is missing (None), you step on along b: that parameter should be skipped",
    "fades": "Where a gradient is missing (None), your b fades: that parameter should be skipped, its b included",
}


def slip(family: str, line: str, option: str) -> str | None:
    """What a line by hand says instead, as a sentence without its stop."""
    if line == "missing":
        return MISSING.get(option)
    return (ADAM if family == "Adam" else SGD).get((line, option))
