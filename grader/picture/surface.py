"""The loss over the plane of two parameters, where a model has just these."""

import math
from functools import lru_cache
from typing import cast

import torch
from torch import Tensor

from grader.picture.numbers import rounded
from grader.reference import Reference
from grader.report import Surface

POINTS = 25  # along each side
ROOM = 1.5  # how far beyond the reference's path the map may reach on each side, in that path's own extents
EDGE = 0.12  # what is left free around the paths


def survey(reference: Reference, paths: list[Tensor]) -> Surface | None:
    """The surface beneath these paths, (S + 1, 2) each, the reference's first; None where there is none.

    The map covers all paths, but no more than some way beyond the reference's, so that what flies off doesn't flatten the rest.
    """
    plan = reference.plan
    if plan is None or plan.tape is not None or paths[0].shape[1] != 2 or list(reference.model.buffers()):
        return None
    edges = tuple(_extent([path[:, axis] for path in paths]) for axis in (0, 1))
    return _survey(reference, edges)


def _extent(paths: list[Tensor]) -> tuple[float, float]:
    """From where to where the map goes along one axis."""
    low, high = float(paths[0].min()), float(paths[0].max())
    room = ROOM * max(high - low, 0.2 * max(abs(low), abs(high)), 1e-3)
    seen = torch.cat(paths)
    seen = seen[(seen >= low - room) & (seen <= high + room)]
    low, high = float(seen.min()), float(seen.max())
    pad = max(EDGE * (high - low), room / 6)
    unit = 10.0 ** (math.floor(math.log10(high - low + 2 * pad)) - 2)  # round, so that right programs have the same map
    return math.floor((low - pad) / unit) * unit, math.ceil((high + pad) / unit) * unit


@lru_cache(maxsize=64)  # most submissions are right, and have the same
def _survey(reference: Reference, edges: tuple[tuple[float, float], ...]) -> Surface | None:
    assert reference.plan is not None
    batches = {id(X): (X, y) for X, y in reference.plan.batches}.values()
    X, y = (torch.cat(parts) for parts in zip(*batches, strict=True))
    across, up = (torch.linspace(*edge, POINTS, dtype=torch.float64) for edge in edges)
    grid = torch.stack(torch.meshgrid(across, up, indexing="xy"), dim=-1).reshape(-1, 2)

    def loss(row: Tensor) -> Tensor:
        named = zip(reference.layout, reference.parameters, reference.slices, strict=True)
        placed = {name: row[where].reshape(p.shape).to(p.dtype) for (name, _, _), p, where in named}
        return cast(Tensor, reference.arguments["loss_fn"](torch.func.functional_call(reference.model, placed, (X,)), y))

    try:
        with torch.no_grad():
            heights = torch.func.vmap(loss)(grid)  # all at once: fifty times as fast as one by one
    except (RuntimeError, ValueError, TypeError):  # a model or a loss that can't be asked for many places at once
        return None
    rows = heights.to(torch.float64).reshape(POINTS, POINTS).tolist()
    sides = [tuple(v for v in rounded(side.tolist(), 9) if v is not None) for side in (across, up)]
    return Surface(x=sides[0], y=sides[1], loss=tuple(rounded(row, 4) for row in rows))
