"""What many rules by hand say in each of their lines: they are run side by side, one in each row."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
NO = torch.zeros(1, 1, dtype=torch.bool)
YES = torch.ones(1, 1, dtype=torch.bool)


class Said:
    """The slips of N rules.

    Whatever a rule computes has N rows, or one where all have the same; columns are coordinates, or one for all of them.
    """

    def __init__(self, options: Sequence[tuple[str, str]], rows: Tensor) -> None:
        """`options`: pairs of a line and what is said there; `rows` (N, K): the numbers of those that each rule says."""
        self.count = len(rows)
        self._names: dict[str, list[str]] = {}
        self._codes: dict[str, Tensor] = {}
        of_line: dict[str, list[int]] = {}
        for number, (line, option) in enumerate(options):
            self._names.setdefault(line, []).append(option)
            of_line.setdefault(line, []).append(number)
        for line, numbers in of_line.items():
            code = torch.full((len(options),), -1, dtype=torch.int64)
            code[numbers] = torch.arange(len(numbers))
            self._codes[line] = code[rows].amax(1) if rows.shape[1] else code.new_full((self.count,), -1)
        self._lines = self._masks()

    @staticmethod
    def of(slips: Sequence[frozenset[tuple[str, str]]]) -> "Said":
        """The rules with these slips, of one number for all."""
        options = sorted(set[tuple[str, str]]().union(*slips))
        numbers = [[options.index(slip) for slip in each] for each in slips]
        rows = torch.tensor(numbers, dtype=torch.int64).reshape(len(slips), -1)
        return Said(options, rows)

    def _masks(self) -> dict[str, dict[str, Tensor]]:
        """For each line and option that is said: (N, 1) by which rules."""
        found: dict[str, dict[str, Tensor]] = {}
        for line, codes in self._codes.items():
            there = codes.unique().tolist()
            found[line] = {self._names[line][n]: (codes == n)[:, None] if self.count > 1 else YES for n in there if n >= 0}
        return found

    def only(self, rows: Tensor) -> "Said":
        """What these rules say."""
        part = Said((), rows[:, None][:0])
        part.count, part._names = len(rows), self._names
        part._codes = {line: codes[rows] for line, codes in self._codes.items()}
        part._lines = part._masks()
        return part

    def options(self, line: str) -> tuple[str, ...]:
        """All that is said in a line."""
        return tuple(self._lines.get(line, ()))

    def says(self, line: str, *options: str) -> Tensor:
        """(N, 1) which rules say one of these in a line; one False for all where none does."""
        found = [where for option, where in self._lines.get(line, {}).items() if option in options]
        return NO if not found else found[0] if len(found) == 1 else torch.stack(found).any(0)

    def any(self, line: str, *options: str) -> bool:
        """Whether some rule says one of these in a line; without options, whether one says anything there."""
        said = self._lines.get(line, {})
        return any(option in said for option in options) if options else bool(said)

    def choose(self, line: str, usual: Tensor, others: Mapping[str, Callable[[], Any]]) -> Tensor:
        """What each rule has in a line: the usual, or one of the others. Those that no rule says aren't computed."""
        found = usual
        for option, where in self._lines.get(line, {}).items():
            other = others.get(option)
            if other is not None:
                value = other()
                value = value if isinstance(value, Tensor) else one(value)
                found = value if self.count == 1 else torch.where(where, value, found)
        return found

    def number(self, line: str, of: Callable[[str], float]) -> Tensor:
        """(N, 1) the number that each rule's option stands for; `of` the empty one is the usual. One row if all are alike."""
        options = self.options(line)
        if not options:
            return one(of(""))
        values = torch.tensor(
            [of(name) if name in options else 0.0 for name in self._names[line]] + [of("")], dtype=torch.float64
        )
        return values[self._codes[line]][:, None]


def rounded(said: Said, g: Tensor) -> Tensor:
    """(N, P) the gradient, in the dtype that each rule turns it into."""
    return said.choose("gradient", g, {name: partial(_to, g, dtype) for name, dtype in DTYPES.items()})


def _to(value: Tensor, dtype: torch.dtype) -> Tensor:
    return value.to(dtype).to(torch.float64)


def is_number(option: str) -> bool:
    """Whether an option is a number, and no words."""
    try:
        float(option)
    except ValueError:
        return False
    return True


def one(value: float) -> Tensor:
    """(1, 1) a number for all rows and columns."""
    return torch.full((1, 1), float(value), dtype=torch.float64)
