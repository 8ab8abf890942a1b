"""The page's charts as still pictures, for where no script runs: lines of an SVG, from the very numbers of the charts."""

import math
from collections.abc import Iterator
from typing import Any

WIDTH, HEIGHT = 560.0, 170.0  # of the plot's own area, in SVG's units

Point = tuple[float, float]


def stills(drawn: dict[str, Any]) -> list[dict[str, Any]]:
    """For each chart of `grader.render.charts.charts`: its words, its marks on the axes, and where its lines go."""
    return [_still(chart, len(drawn["steps"])) for chart in drawn["charts"]]


def _still(chart: dict[str, Any], steps: int) -> dict[str, Any]:
    low, high = (math.log10(v) if chart["log"] else v for v in chart["range"])
    span = (high - low) or 1.0

    def place(step: int, value: float) -> Point:
        height = ((math.log10(value) if chart["log"] else value) - low) / span
        return round(WIDTH * step / max(1, steps - 1), 1), round(HEIGHT * (1 - height), 1)

    return {
        "id": chart["id"],
        "title": chart["title"],
        "words": chart["words"],
        "lines": [
            {"name": c["name"], "look": c["look"], "runs": list(_runs(c["y"], place)), "off": list(_off(c["off"], steps))}
            for c in chart["curves"]
        ],
        "ticks": [(place(0, value)[1], label) for value, label in _ticks(chart)],
        "last": steps,
    }


def _runs(values: list[float | None], place: Any) -> Iterator[list[Point]]:
    """The points of a curve, in one run for each stretch of values that are on the chart."""
    run: list[Point] = []
    for step, value in enumerate(values):
        if value is not None:
            run.append(place(step, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _off(points: list[tuple[int, str]], steps: int) -> Iterator[Point]:
    """Where an arrow stands at the edge for a value beyond it."""
    for step, edge in points:
        yield round(WIDTH * step / max(1, steps - 1), 1), 0.0 if edge == "top" else HEIGHT


def _ticks(chart: dict[str, Any]) -> list[tuple[float, str]]:
    if chart["ticks"]:
        return [(value, label.replace("10<sup>", "1e").replace("</sup>", "")) for value, label in chart["ticks"]]
    low, high = chart["range"]
    size = 10 ** math.floor(math.log10((high - low) or 1.0))
    size = next(s for s in (size / 5, size / 2, size, 2 * size) if (high - low) / s <= 5)
    first = math.ceil(low / size)
    return [(n * size, f"{n * size:.6g}") for n in range(first, math.floor(high / size) + 1)]
