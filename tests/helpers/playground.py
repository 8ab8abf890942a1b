"""What is in a playground's file, read with nothing of the package's."""

import base64
import json
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Pair = tuple[float, float]


@dataclass(frozen=True)
class Read:
    """A run as the file has it."""

    loss: list[float]
    gradients: list[Pair]
    updates: list[Pair]
    memory: list[list[Pair]]


@dataclass(frozen=True)
class Playground:
    """The file, and the runs in it by (surface, optimizer, lr, memory, mistake)."""

    path: Path
    contents: dict[str, Any]
    grids: dict[str, list[float]]
    runs: dict[tuple[str, str, float, tuple[float, ...], str], Read]


def read_playground(path: Path) -> Playground:
    page = path.read_text("utf-8")
    contents, numbers = (re.search(rf'id="{id}">(.*?)</script>', page, re.S)[1] for id in ("contents", "numbers"))  # type: ignore[index]
    told = json.loads(contents)
    values = iter(decode(numbers))

    def take(n: int) -> list[float]:
        return [next(values) for _ in range(n)]

    def pairs(n: int) -> list[Pair]:
        return list(zip(take(n), take(n), strict=True))

    grids = {surface["id"]: take(told["grid"][0] * told["grid"][1]) for surface in told["surfaces"]}
    runs = {}
    for surface, optimizer, lr, memory, mistake, n in told["runs"]:
        chosen = told["optimizers"][optimizer]
        key = (
            told["surfaces"][surface]["id"],
            chosen["id"],
            told["lrs"][lr],
            tuple(chosen["memories"][memory]),
            told["mistakes"][mistake],
        )
        runs[key] = Read(take(n + 1), pairs(n), pairs(n), [pairs(n) for _ in range(chosen["state"])])
    assert next(values, None) is None
    assert len(runs) == len(told["runs"])
    return Playground(path, told, grids, runs)


def decode(text: str) -> list[float]:
    """The upper three bytes of float32s, byte by byte."""
    planes = zlib.decompress(base64.b64decode(text))
    n = len(planes) // 3
    whole = b"".join(bytes(three) + b"\0" for three in zip(planes[:n], planes[n : 2 * n], planes[2 * n :], strict=True))
    return list(struct.unpack(f">{n}f", whole))
