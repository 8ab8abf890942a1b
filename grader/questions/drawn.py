"""What `tests/exercise_03/questions.py` is written with: a function a question, which draws numbers and runs torch."""

import contextlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any


@dataclass(frozen=True)
class Drawn:
    """One variant of a question.

    Attributes:
        shown: what the {names} in the question's texts stand for.
        values: what the key speaks of by name: the right value and the foreseen wrong ones, computed by torch.
    """

    shown: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


def ran(code: str) -> str:
    """What a program of the question prints. It is the course's own code, run when the course is made."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {"__name__": "question"})
    return said.getvalue().strip()


def differ(values: Mapping[str, float], tolerance: float = 0.01) -> bool:
    """Whether the right one, "value", and all wrong ones are over five tolerances apart, and the right one isn't nearly 0."""
    apart = all(abs(a - b) > 6 * tolerance * max(abs(a), abs(b)) for a, b in combinations(values.values(), 2))
    return apart and abs(values["value"]) > 1e-3 * max(map(abs, values.values()))
