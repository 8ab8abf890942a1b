"""Numbers as a picture keeps them: few digits, few columns, and None for what isn't finite."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor

from grader.reference import Reference

MOST = 8  # coordinates that are shown one by one
DIGITS = 7
HUGE = 1e300


def rounded(values: Iterable[float | None], digits: int = DIGITS) -> tuple[float | None, ...]:
    """Each to so many significant digits, which is more than the page shows and less than a gradebook would have to keep."""
    return tuple(float(f"{v:.{digits}g}") if v is not None and -HUGE < v < HUGE else None for v in values)


class Columns:
    """The coordinates of the model's parameters: one by one, or a norm over all where they are many."""

    def __init__(self, reference: Reference) -> None:
        """Of the parameters that are watched."""
        self._layout = reference.layout
        self.size = sum(math.prod(shape) for _, shape, _ in self._layout)

    @property
    def names(self) -> tuple[str, ...]:
        """`weight` where a parameter is one number, else `weight[0,1]`; of a norm, what it is taken over."""
        if self.size > MOST:
            return (f"all {self.size} parameters",)
        return tuple(name + place for name, shape, _ in self._layout for place in _places(shape))

    def rows(self, values: Tensor) -> tuple[tuple[float | None, ...], ...]:
        """(S, P) numbers of all parameters, in these columns."""
        shown = values.norm(dim=1, keepdim=True) if self.size > MOST else values
        return tuple(map(rounded, shown.tolist()))

    def absent(self, present: list[list[bool]]) -> tuple[tuple[bool, ...], ...]:
        """Where there is no gradient, in these columns, given which parameters have one; empty where all have."""
        if all(all(row) for row in present):
            return ()
        if self.size > MOST:
            return tuple((not any(row),) for row in present)
        sizes = [math.prod(shape) for _, shape, _ in self._layout]
        return tuple(tuple(not there for there, n in zip(row, sizes, strict=True) for _ in range(n)) for row in present)


def _places(shape: tuple[int, ...]) -> list[str]:
    if math.prod(shape) == 1:
        return [""]
    return [
        f"[{','.join(map(str, place))}]"
        for place in torch.cartesian_prod(*map(torch.arange, shape)).reshape(-1, len(shape)).tolist()
    ]
