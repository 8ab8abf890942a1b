"""The numbers of the page's charts: what is drawn, what lies off the chart, and what each point says in words.

Python only cleans the numbers; the page's own script turns them into charts with plotly.js (`grader/render/templates`).
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from grader.render.map import surface_map
from grader.render.rule_words import rule_words
from grader.render.steps import step_numbers
from grader.render.words import SCRIPT, TITLES, distance_words, loss_words, memory_words
from grader.report import Picture, Series

Value = float | None


def charts(picture: Picture) -> dict[str, Any]:
    """What the page's script needs, with nothing in it that JSON can't say. Steps are counted from 1."""
    steps = max(max(len(series.loss), len(series.distance)) for series in picture.series)
    reference = next(series for series in picture.series if series.role == "reference")
    apart = [series for series in picture.series if series.role != "reference"]
    low, high = _linear_axis([s.loss for s in picture.series], reference.loss)
    floor, top, ticks = _log_axis([s.distance for s in apart])
    # A curve keeps its look (colour, dash and marker) in every chart.
    look: dict[str, int] = {series.role: number for number, series in enumerate(picture.series)}

    def curve(series: Series, values: Sequence[Value], low: float, high: float, floor: float | None = None) -> dict[str, Any]:
        return {"name": series.name, "role": series.role, "look": look[series.role], **_clean(values, steps, low, high, floor)}

    loss = {
        "id": "loss",
        "title": TITLES["loss"],
        "words": loss_words(picture),
        "unit": "loss",
        "log": False,
        "range": [low, high],
        "ticks": None,
        "curves": [curve(s, s.loss, low, high) for s in picture.series],
    }
    distance = {
        "id": "distance",
        "title": TITLES["distance"],
        "words": distance_words(picture),
        "unit": "distance",
        "log": True,
        "range": [floor, top],
        "ticks": ticks,
        "curves": [curve(s, s.distance, floor, top, floor) for s in apart],
    }
    return {
        "steps": list(range(1, steps + 1)),
        "parts_at": picture.parts_at,
        "charts": [loss, distance] if reference.loss else [distance],
        "map": surface_map(picture, look),
        "rule": rule_words(picture),
        "numbers": step_numbers(picture),
        "memory": memory_words(picture),
        "words": SCRIPT,
    }


def _clean(values: Sequence[Value], steps: int, low: float, high: float, floor: float | None) -> dict[str, Any]:
    """One curve: `y` to draw (None: nothing there) and the points `off` the chart, as [index, "top" or "bottom"].

    A value that isn't finite is off the top. With a floor (on a log axis), a smaller value is drawn at the floor; its text
    stays the true one. A run that took fewer steps than others has nothing there.
    """
    y: list[Value] = []
    off: list[tuple[int, str]] = []
    for number, value in enumerate(values):
        if value is None or value > high:
            y.append(None)
            off.append((number, "top"))
        elif floor is not None and value < floor:
            y.append(floor)
        elif value < low:
            y.append(None)
            off.append((number, "bottom"))
        else:
            y.append(value)
    missing = steps - len(values)
    text = ["not finite" if v is None else f"{v:.4g}" for v in values]
    return {"y": y + [None] * missing, "off": off, "text": text + ["no step"] * missing}


def _finite(curves: Iterable[Sequence[Value]]) -> list[float]:
    return [v for curve in curves for v in curve if v is not None]


def _linear_axis(curves: Sequence[Sequence[Value]], reference: Sequence[Value]) -> tuple[float, float]:
    """The range to draw: what the reference spans, and three times that on either side at most: no huge value flattens it."""
    base = _finite([reference]) or [0.0]
    low, high = min(base), max(base)
    room = 3 * ((high - low) or abs(high) or 1.0)
    seen = [v for v in _finite(curves) if low - room <= v <= high + room] + base
    pad = 0.05 * ((max(seen) - min(seen)) or abs(high) or 1.0)
    return min(seen) - pad, max(seen) + pad


def _log_axis(curves: Sequence[Sequence[Value]]) -> tuple[float, float, list[tuple[float, str]]]:
    """Floor, top and ticks (value, label) of the log axis; the floor stands for 0."""
    seen = [v for v in _finite(curves) if v > 1e-16] or [1e-3, 1.0]
    first, last = math.floor(math.log10(min(seen))), math.ceil(math.log10(max(seen)))
    last = min(max(last, first + 1), 300)
    zero = first - max(1, round((last - first) / 10))
    every = max(1, math.ceil((last - first) / 6))
    return 10.0**zero, 10.0**last, [(10.0**zero, "0"), *((10.0**e, f"10<sup>{e}</sup>") for e in range(first, last + 1, every))]
