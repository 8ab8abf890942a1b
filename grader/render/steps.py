"""The numbers of every step, run beside reference, as the page's tables have them."""

from collections.abc import Iterable, Sequence
from typing import Any

from grader.render.words import NO_GRADIENT, NO_STEP, SHORT, TABLE, find, number, step_words, title
from grader.report import Picture, Series

Value = float | None
DIFFERENT = 1e-6  # relative to the largest of its kind: less is rounding


def step_numbers(picture: Picture) -> dict[str, Any] | None:
    """What the tables hold: `groups` of rows, a sentence for each step, and the step to begin with; None without numbers.

    A row has, for each step, two texts, and whether they differ.
    """
    mine, right = find(picture, "yours"), find(picture, "reference")
    if mine is None or right is None or not right.updates:
        return None
    total = max(len(mine.updates), len(right.updates))
    groups = [{"title": TABLE["whole"], "rows": _whole(mine, right, total)}]
    for column, name in enumerate(picture.coordinates):
        rows = [_row(key, [r[column] for r in a], [r[column] for r in b], total) for key, a, b in _kinds(picture, mine, right)]
        _note_absent(rows[1], mine, right, column)
        groups.append({"title": title(name), "rows": rows})
    return {
        "groups": groups,
        "words": [step_words(picture, step, total) for step in range(1, total + 1)],
        "total": total,
        "begin": min(picture.parts_at or 1, total),
    }


def _kinds(picture: Picture, mine: Series, right: Series) -> Iterable[tuple[str, Sequence[Any], Sequence[Any]]]:
    yield "before", mine.parameters[:-1], right.parameters[:-1]
    yield "gradient", mine.gradients, right.gradients
    yield from zip(picture.rule.memory if picture.rule else (), mine.memory, right.memory, strict=True)
    yield "update", mine.updates, right.updates
    yield "after", mine.parameters[1:], right.parameters[1:]


def _whole(mine: Series, right: Series, total: int) -> list[dict[str, Any]]:
    rows = [_row("loss", mine.loss, right.loss, total)] if right.loss else []
    if mine.own_loss:
        rows.append(_row("own_loss", mine.own_loss, right.loss, total))
    return [*rows, _row("distance", mine.distance, right.distance, total)]


def _row(key: str, mine: Sequence[Value], right: Sequence[Value], total: int) -> dict[str, Any]:
    scale = DIFFERENT * max((abs(v) for v in right if v is not None), default=0.0)
    texts = [[number(v) for v in side] + [NO_STEP] * (total - len(side)) for side in (mine, right)]
    differs = [0] * total
    if key != "distance":
        for i, (a, b) in enumerate(zip(mine, right, strict=False)):
            differs[i] = int(texts[0][i] != texts[1][i] and not _near(a, b, scale))
    return {
        "label": TABLE[key],
        "short": SHORT.get(key, TABLE[key]),
        "yours": texts[0],
        "reference": texts[1],
        "differs": differs,
    }


def _note_absent(gradients: dict[str, Any], mine: Series, right: Series, column: int) -> None:
    """Say where `.grad` was None, which is something else than 0."""
    for side, series in (("yours", mine), ("reference", right)):
        for i, row in enumerate(series.absent):
            if row[column]:
                gradients[side][i] = NO_GRADIENT
    for i in range(min(len(mine.gradients), len(right.gradients))):
        none = [gradients[side][i] == NO_GRADIENT for side in ("yours", "reference")]
        gradients["differs"][i] = int(none[0] != none[1] if any(none) else gradients["differs"][i])


def _near(a: Value, b: Value, scale: float) -> bool:
    return a is not None and b is not None and abs(a - b) <= scale
