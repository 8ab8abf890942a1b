"""What a run shows of the optimizer's rule, in words: Adam's first step, and what momentum does. Said only where it is so."""

from grader.render.words import FEW, find, joined, number
from grader.report import Picture, Rule, Series


def rule_words(picture: Picture) -> str:
    """What to see in this run's numbers; empty where there is nothing."""
    rule, right = picture.rule, find(picture, "reference")
    if rule is None or right is None or not right.updates or None in right.updates[0] or None in right.gradients[0]:
        return ""
    if "second_moment" in rule.memory:
        return _adam(picture, rule, right)
    if rule.momentum and right.memory:
        return _momentum(picture, rule, right)
    return _sgd(picture, rule, right)


def _adam(picture: Picture, rule: Rule, right: Series) -> str:
    said = [
        f"{rule.name}'s first step is lr in size in every coordinate: m̂₁ ÷ √v̂₁ = g ÷ |g|, which is 1 or −1, "
        f"however large the gradient g is. Here lr is {number(rule.lr)}."
    ]
    update, gradient = right.updates[0], right.gradients[0]
    if picture.size > len(picture.coordinates):
        most = rule.lr * picture.size**0.5
        said.append(
            f"Over all {picture.size} parameters that comes to a length of √{picture.size} × lr = {number(most)}; "
            f"the reference's first update is {number(update[0])} long, along a gradient of length {number(gradient[0])}."
        )
    elif len(update) > FEW:
        said.append("The table has the reference's first gradient and update in each coordinate.")
    else:
        said.append(
            f"The reference's first gradient is {_listed(picture, gradient)}; its first update is {_listed(picture, update)}."
        )
        if any(g == 0 for g in gradient):
            said.append("Where the gradient is 0, there is no step.")
        mine = find(picture, "yours")
        if mine and mine.updates and picture.parts_at == 1:
            said.append(f"Yours is {_listed(picture, mine.updates[0])}.")
    if rule.name == "AdamW":
        said.append("AdamW also shrinks every decaying parameter by lr × weight decay of itself, which is the rest.")
    return " ".join(said)


def _momentum(picture: Picture, rule: Rule, right: Series) -> str:
    """Where the velocity is largest: of what it is made, and what it makes of the step."""
    velocity, gradients = right.memory[0], right.gradients
    places = [(abs(v), i, j) for i, row in enumerate(velocity) for j, v in enumerate(row) if i > 0 and v is not None]
    if not places:
        return ""
    _, i, j = max(places)
    v, old, g = velocity[i][j], velocity[i - 1][j], gradients[i][j]
    kept = f"Momentum {number(rule.momentum)} keeps {number(rule.momentum)} of the velocity of the step before"
    if v is None or old is None or g is None or picture.size > len(picture.coordinates):
        return f"{kept} and adds the new gradient."
    if abs(rule.momentum * old + g - v) > 1e-4 * abs(v):  # dampening, or weight decay
        return f"{kept}; the rest of the velocity comes from the new gradient."
    said = (
        f"{kept} and adds the new gradient. At step {i + 1} the reference's velocity in {picture.coordinates[j]} is "
        f"{number(rule.momentum)} × {_bracket(old)} + {_bracket(g)} = {number(v)}"
    )
    if g and abs(v) > 1.05 * abs(g) and (v > 0) == (g > 0):
        times = number(float(f"{v / g:.2g}"))
        return f"{said}: the update is −lr × velocity, so the step is {times} times as long as SGD's without momentum."
    return f"{said}: the update is −lr × velocity, so it goes on where the gradient alone would lead elsewhere."


def _sgd(picture: Picture, rule: Rule, right: Series) -> str:
    update, gradient = right.updates[0], right.gradients[0]
    if len(update) > FEW:
        return ""
    for u, g in zip(update, gradient, strict=True):
        if u is None or g is None or abs(abs(u) - abs(rule.lr * g)) > 1e-4 * abs(u) or picture.size > len(picture.coordinates):
            return ""
    return (
        f"SGD's step is −lr × gradient, so it is long where the slope is steep. Here lr is {number(rule.lr)}: the reference's "
        f"first gradient is {_listed(picture, gradient)}, its first update {_listed(picture, update)}."
    )


def _listed(picture: Picture, values: tuple[float | None, ...]) -> str:
    return joined([f"{number(value)} in {name}" for name, value in zip(picture.coordinates, values, strict=True)])


def _bracket(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)
