"""Puts the runs into few characters of text, for the page's script to unpack (templates/data.js)."""

import base64
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from grader.explore.runs import LEARNING_RATES, MEMORIES, MISTAKES, STATE, STEPS, Run
from grader.explore.surfaces import SURFACES, Surface, grid

COLUMNS, ROWS = 89, 67


def pack(runs: Sequence[Run], surfaces: tuple[Surface, ...] = SURFACES) -> tuple[dict[str, Any], str]:
    """What the page is told: a table of contents for JSON, and all numbers as base64.

    The numbers are, first, each surface's grid; then for each run its losses, and one after the other the columns of its
    gradients, updates and memory. The table gives each run as [surface, optimizer, lr, memory, mistake (0: none), steps].
    """
    names = list(MEMORIES)
    mistakes = ["", *dict.fromkeys(mistake for each in MISTAKES.values() for mistake in each)]
    places = {surface.id: number for number, surface in enumerate(surfaces)}
    table = [
        [
            places[run.surface.id],
            names.index(run.setting.optimizer),
            LEARNING_RATES.index(run.setting.lr),
            MEMORIES[run.setting.optimizer].index(run.setting.memory),
            mistakes.index(run.setting.mistake),
            run.steps,
        ]
        for run in runs
    ]
    numbers = [grid(surface, COLUMNS, ROWS).flatten() for surface in surfaces]
    for run in runs:
        numbers.append(run.loss)
        numbers += [channel.T.flatten() for channel in (run.gradients, run.updates, *run.memory)]
    contents = {
        "steps": STEPS,
        "grid": [COLUMNS, ROWS],
        "lrs": LEARNING_RATES,
        "surfaces": [
            {"id": s.id, "names": s.names, "start": s.start, "x": s.x, "y": s.y, "lowest": s.lowest} for s in surfaces
        ],
        "optimizers": [
            {"id": name, "memories": MEMORIES[name], "state": len(STATE[name]), "mistakes": MISTAKES[name]} for name in names
        ],
        "mistakes": mistakes,
        "runs": table,
    }
    return contents, encode(torch.cat(numbers).numpy())


def encode(numbers: NDArray[np.float64]) -> str:
    """Numbers as text: the 24 upper bits of each float32, rounded (more than four digits), deflated, in base64.

    All first bytes stand before all second ones, and these before all third ones: so they deflate better.
    """
    bits = numbers.astype(np.float32).view(np.uint32).astype(np.uint64)
    upper = ((bits + 0x7F + ((bits >> 8) & 1)) >> 8).astype(np.uint32)
    planes = b"".join((upper >> shift & 0xFF).astype(np.uint8).tobytes() for shift in (16, 8, 0))
    return base64.b64encode(zlib.compress(planes, 9)).decode("ascii")
