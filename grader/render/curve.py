"""A loss by step as a curve of one line, and the same in words."""

import math
from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
ABOVE, NOTHING = "↑", "×"  # higher than the curve can show; not a number


def curves(losses: Sequence[Sequence[float | None]], columns: int) -> list[str]:
    """One line for each, on one scale: what the last of them, the reference, spans, and as much again above it.

    Each column stands for the same steps in all of them; of several steps it shows the last.
    """
    steps = max(map(len, losses), default=0)
    base = [v for v in losses[-1] if v is not None] if losses else []
    if not base:
        return ["" for _ in losses]
    low, high = min(base), max(base)
    room = (high - low) or abs(high) or 1.0
    seen = [v for values in losses for v in values if v is not None and low - room <= v <= high + room]
    low, high = min([*seen, low]), max([*seen, high])
    columns = min(columns, steps)
    picked = [math.ceil((k + 1) * steps / columns) - 1 for k in range(columns)]
    return ["".join(_level(values[k], low, high) for k in picked if k < len(values)) for values in losses]


def in_words(loss: Sequence[float | None]) -> str:
    """From where to where it goes."""
    if not loss:
        return "no step"
    first, last = ("not a number" if v is None else f"{v:.3g}" for v in (loss[0], loss[-1]))
    return f"{first} at first, {last} at step {len(loss)}" if len(loss) > 1 else f"{first}, in one step"


def _level(value: float | None, low: float, high: float) -> str:
    if value is None:
        return NOTHING
    if value > high:
        return ABOVE
    share = (value - low) / ((high - low) or 1.0)
    return LEVELS[min(len(LEVELS) - 1, max(0, int(share * len(LEVELS))))]
