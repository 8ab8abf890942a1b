"""The words of the page's charts and steps that are made from numbers, and those that its scripts put in place.

They stand together here, for whoever translates them: the scripts have none of their own, and those that stand still are in the
templates.
"""

import math
from collections.abc import Sequence

from grader.render.text import sentence
from grader.report import Picture, Series

Value = float | None
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

# {step}, {steps} and {file} are filled in by the scripts.
SCRIPT = {
    "loss": "loss",
    "after": "after step",
    "step": "step",
    "step_of": "step {step} of {steps}",
    "parts": "parts at step {step}",
    "play": "Play",
    "pause": "Pause",
    "differs": "differs from the reference",
    "missing": "The chart can't be drawn: the file {file} is not beside this page. Its values are below.",
}
TABLE = {
    "before": "before the step",
    "gradient": "gradient",
    "first_moment": "first moment m",
    "second_moment": "second moment v",
    "velocity": "velocity",
    "update": "update",
    "after": "after the step",
    "loss": "loss",
    "own_loss": "loss that your backward() began from",
    "distance": "distance to the reference after the step",
    "whole": "The model as a whole",
}
TITLES = {
    "loss": "Loss before each step",
    "distance": "Distance of the parameters to the reference's, after each step",
    "map": "The way over the loss",
}
SHORT = {"before": "before", "first_moment": "m", "second_moment": "v", "after": "after", "distance": "distance"}
FEW = 3  # coordinates that a sentence lists
NO_STEP, NO_GRADIENT, NOT_FINITE = "no step", "none", "not finite"


def number(value: Value) -> str:
    """Four digits, as they are written in print: −0.1, 2 × 10⁻⁹."""
    if value is None:
        return NOT_FINITE
    digits, _, power = f"{value:.4g}".partition("e")
    written = digits.replace("-", "−")
    return f"{written} × 10{str(int(power)).translate(RAISED)}" if power else written


def title(name: str) -> str:
    """The name of a coordinate as it is spoken of: "weight", "the length of all 25 parameters"."""
    return f"length of {name}" if name.startswith("all ") else name


def joined(parts: Sequence[str]) -> str:
    """One, one and another, or one, another and a third."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def find(picture: Picture, role: str) -> Series | None:
    """The series of that role."""
    return next((series for series in picture.series if series.role == role), None)


def loss_words(picture: Picture) -> str:
    """What the chart of the losses shows."""
    mine, right = find(picture, "yours"), find(picture, "reference")
    assert right is not None
    told = [_course("Your loss", mine.loss)] if mine and mine.loss else []
    beside = _course("The reference's loss", right.loss)
    if told and told[0].removeprefix("Your loss") == beside.removeprefix("The reference's loss"):
        beside = "So does the reference's." if len(right.loss) > 1 else "The reference's is the same."
    told.append(beside)
    if picture.batches > 1:
        told.append(
            f"Each step's loss is the one on its own batch, so it goes up and down: there are {picture.batches} in turn."
        )
    if mine and mine.own_loss:
        step = next((i for i, (a, b) in enumerate(zip(mine.own_loss, mine.loss, strict=False)) if _apart(a, b)), 0)
        told.append(
            f"Drawn is the mean loss of the step's examples, computed by the grader. Your code's own loss is another: "
            f"at step {step + 1} it is {number(mine.own_loss[step])}, and the drawn one is {number(mine.loss[step])}."
        )
    return " ".join(filter(None, [*told, _parts(picture), *_others(picture)]))


def _course(whose: str, loss: Sequence[Value]) -> str:
    """From where to where a loss goes, and how."""
    gone = next((i for i, v in enumerate(loss) if v is None), len(loss))
    if gone == 0:
        return f"{whose} is not finite at step 1."
    first, last = loss[0], loss[gone - 1]
    assert first is not None
    assert last is not None
    if gone == 1:
        said = f"{whose} at step 1 is {number(first)}"
    elif number(first) == number(last):
        said = f"{whose} is {number(first)} at step 1 and again at step {gone}"
    else:
        said = f"{whose} {'falls' if last < first else 'rises'} from {number(first)} at step 1 to {number(last)} at step {gone}"
        best = min(range(gone), key=lambda i: loss[i] or 0.0)
        if 0 < best < gone - 1 and number(loss[best]) != number(last):
            said += f"; it is lowest at step {best + 1}, {number(loss[best])}"
    return said + (f"; from step {gone + 1} on it is not finite." if gone < len(loss) else ".")


def _apart(a: Value, b: Value) -> bool:
    return number(a) != number(b)


def _parts(picture: Picture) -> str:
    mine, right = find(picture, "yours"), find(picture, "reference")
    if mine is None or right is None:
        return ""
    taken = mine.taken or len(mine.distance)
    count = ""
    if taken != len(right.distance):
        cut = f", of which the first {len(right.distance)} are drawn" if taken > len(right.distance) else ""
        count = f"You take {taken} {'step' if taken == 1 else 'steps'}{cut}; the reference takes {len(right.distance)}. "
    if picture.parts_at is None:
        return count + "Your parameters are the reference's at every step, but for rounding."
    if picture.parts_at > min(taken, len(right.distance)):
        return count + ("As far as both go, they go the same way." if taken else "")
    return count + f"They part at step {picture.parts_at}."


def _others(picture: Picture) -> list[str]:
    """What is to be said of the named mistake."""
    mine, wrong = find(picture, "yours"), find(picture, "mistake")
    if mine is None or wrong is None:
        return []
    scale = max((v for v in wrong.distance if v is not None), default=0.0)
    same = len(mine.distance) == len(wrong.distance) and all(
        a == b or (a is not None and b is not None and abs(a - b) <= 1e-4 * scale)
        for a, b in zip(mine.distance, wrong.distance, strict=True)
    )
    name = sentence(wrong.name).rstrip(".")
    if same:
        return [f"The known mistake “{name}” goes the same way as you."]
    return [f"Of the known mistake “{name}” another program is drawn beside them, since none goes just your way."]


def distance_words(picture: Picture) -> str:
    """What the chart of the distances shows."""
    mine = find(picture, "yours")
    if mine is None or not mine.distance:
        return "Your run takes no step."
    if any(v is None for v in mine.distance):
        step = next(i for i, v in enumerate(mine.distance) if v is None) + 1
        return f"After step {step} your parameters are not finite. {_parts(picture)}"
    gaps = [v or 0.0 for v in mine.distance]
    most = max(range(len(gaps)), key=lambda i: gaps[i])
    if picture.parts_at is None:
        far = "exactly" if gaps[most] == 0 else f"but for rounding: never further than {number(gaps[most])} away"
        return f"Your parameters are the reference's after every step, {far}."
    far = f", the most after step {most + 1}: {number(gaps[most])}" if most + 1 < len(gaps) else ""
    return f"After step {len(gaps)} your parameters are {number(gaps[-1])} away from the reference's{far}. {_parts(picture)}"


def map_words(picture: Picture, off: dict[str, int]) -> str:
    """What the map shows. `off`: by role, the first step that leads off it."""
    surface, names = picture.surface, picture.coordinates
    assert surface is not None
    seen = [(v, x, y) for y, row in zip(surface.y, surface.loss, strict=True) for v, x in zip(row, surface.x, strict=True)]
    heights = [(v, x, y) for v, x, y in seen if v is not None]
    told = []
    if heights:
        low, high = min(heights), max(heights)
        told.append(
            f"The loss on all examples goes from {number(low[0])} at the lowest place of the map, near "
            f"{place(names, low[1:])}, to {number(high[0])}, near {place(names, high[1:])}."
        )
    for role, whose in (("yours", "Your path"), ("reference", "The reference's path")):
        series = find(picture, role)
        if series is None or len(series.parameters) < 2:
            continue
        start, end = series.parameters[0], series.parameters[-1]
        left = f"; it leaves the map at step {off[role]}" if role in off else ""
        ends = "has no finite end" if None in end else f"ends at {place(names, end)}"
        told.append(f"{whose} begins at {place(names, start)} and {ends}{left}.")
    return " ".join([*told, *_others(picture)])


def map_key(picture: Picture) -> str:
    """How the map is read."""
    across, up = picture.coordinates
    own = " of its own batch, which need not be downhill for all examples" if picture.batches > 1 else ""
    return (
        f"Across is {across}, up is {up}, each to its own scale. A thin line joins places of the same loss; the more the "
        f"ground stands out from the page, the higher it is. A path's arrow points where the loss falls most steeply from "
        f"where the step began, against the gradient{own}: see how far the step agrees."
    )


def place(names: Sequence[str], values: Sequence[Value]) -> str:
    """A point: "weight 1, bias −2"."""
    return ", ".join(f"{name} {number(value)}" for name, value in zip(names, values, strict=True))


def step_words(picture: Picture, step: int, steps: int) -> str:
    """A step, from 1, in a sentence."""
    mine, right = find(picture, "yours"), find(picture, "reference")
    head = f"Step {step} of {steps}"
    if mine is None or right is None or step > len(mine.updates):
        return f"{head}: your run takes no such step."
    told, i = [], step - 1
    there = i < len(right.updates)
    if i < len(mine.loss):
        beside = f" (reference {number(right.loss[i])})" if i < len(right.loss) else ""
        told.append(f"your loss is {number(mine.loss[i])}{beside}")
    names, a = picture.coordinates, mine.updates[i]
    b = right.updates[i] if there else a
    if len(names) > FEW or picture.size > len(names):
        names, a, b = ("parameters, all together,",), (_length(a),), (_length(b),)
    moves = (
        f"{name} move{'' if name.startswith('parameters') else 's'} by {number(x)}"
        + (f" (reference {number(y)})" if there else "")
        for name, x, y in zip(names, a, b, strict=True)
    )
    told.append("your " + joined(list(moves)))
    together = picture.parts_at is None or step < picture.parts_at
    away = "where the reference is" if together else f"{number(mine.distance[i])} from the reference"
    told.append(f"then you are {away}" if there else "the reference takes no such step")
    return f"{head}: {'; '.join(told)}."


def memory_words(picture: Picture) -> str:
    """What the optimizer remembers, in the plural."""
    kinds = picture.rule.memory if picture.rule else ()
    return "the moments m and v" if len(kinds) == 2 else "the velocities" if kinds else ""


def _length(values: Sequence[Value]) -> Value:
    return None if None in values else math.hypot(*(v or 0.0 for v in values))
