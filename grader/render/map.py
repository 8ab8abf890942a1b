"""The map of the loss that the paths of two parameters are drawn on."""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.render.words import TITLES, map_key, map_words
from grader.report import Picture

FAR = 20  # times the map's extent: further off, only the direction counts


def surface_map(picture: Picture, look: Mapping[str, int]) -> dict[str, Any] | None:
    """What the page's script needs to draw it; None where there is no surface.

    A path has a point (x, y) for the start and after each step, None where it isn't finite, and the numbers of the points that
    are `off` the map; `look` is that of its other curves. `downhill` is your gradient at each step, the other way round.
    """
    surface = picture.surface
    if surface is None:
        return None
    box = (surface.x[0], surface.x[-1]), (surface.y[0], surface.y[-1])
    paths: list[dict[str, Any]] = []
    off: dict[str, int] = {}
    for series in picture.series:
        points = series.parameters
        outside = [i for i, point in enumerate(points) if not _inside(point, box)]
        if outside:
            off[series.role] = outside[0]
        sides = [[_near(point[axis], *box[axis]) for point in points] for axis in (0, 1)]
        paths.append(
            {
                "name": series.name,
                "role": series.role,
                "look": look[series.role],
                "x": sides[0],
                "y": sides[1],
                "off": outside,
                "downhill": [[None if g is None else -g for g in row] for row in series.gradients],
            }
        )
    return {
        "id": "map",
        "title": TITLES["map"],
        "words": map_words(picture, off),
        "key": map_key(picture),
        "axes": list(picture.coordinates),
        "x": surface.x,
        "y": surface.y,
        "loss": surface.loss,
        "paths": paths,
    }


def _inside(point: Sequence[float | None], box: Sequence[tuple[float, float]]) -> bool:
    return all(v is not None and low <= v <= high for v, (low, high) in zip(point, box, strict=True))


def _near(value: float | None, low: float, high: float) -> float | None:
    """The value, brought so near to the map that a browser can draw a line to it."""
    if value is None:
        return None
    room = FAR * (high - low)
    return min(max(value, low - room), high + room)
