"""The variants of drawn questions: made once by running torch, kept as data, so that asking and marking need no torch.

A variant is a seed's draw. `grade verify` makes them anew and holds them against what is kept; with --questions it writes.
"""

import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.faults import GraderFault
from grader.questions.drawn import Drawn
from grader.questions.model import DRAWN, QuestionSet, Shown, Values
from grader.reference import import_file

VARIANTS = 40
DRAWS = "questions.py"


@dataclass(frozen=True)
class Bank:
    """All variants of an exercise's drawn questions, by question: what is shown, and what the key is told."""

    shown: dict[str, tuple[Shown, ...]]
    values: dict[str, tuple[Values, ...]]


def make_bank(questions: QuestionSet) -> Bank:
    """Draw every variant by the author's own functions, which run torch. Raises GraderFault where one fails."""
    path = questions.exercise.judging / DRAWS
    if not path.is_file():
        return Bank({}, {})
    module = import_file(path, f"descent_{questions.exercise.name}_questions")
    drawn = {q.id: _variants(q.id, draw) for q in questions.questions if (draw := getattr(module, q.id, None)) is not None}
    return Bank(
        {id: tuple(one.shown for one in variants) for id, variants in drawn.items()},
        {id: tuple(one.values for one in variants) for id, variants in drawn.items()},
    )


def write_bank(questions: QuestionSet, bank: Bank) -> None:
    """Keep it: what is shown with what students get, the values with what judges."""
    exercise = questions.exercise
    for folder, content in ((exercise.folder, bank.shown), (exercise.judging, bank.values)):
        lines = (f"{json.dumps(id)}: [\n{_rows(variants)}\n]" for id, variants in content.items())
        (folder / DRAWN).write_text("{\n" + ",\n".join(lines) + "\n}\n" if content else "{}\n", "utf-8")


def stale(questions: QuestionSet, bank: Bank) -> Iterator[str]:
    """Which questions' variants aren't what is kept. Another machine's last digits make no difference."""
    for what, made, kept in (("shown", bank.shown, questions.shown), ("values", bank.values, questions.values)):
        for id in sorted(made.keys() | kept.keys()):
            if not _same(made.get(id), kept.get(id)):
                yield f"{DRAWN}: the variants of {id} ({what}) aren't what {DRAWS} draws; grade verify --questions does"


def _rows(variants: tuple[Shown, ...] | tuple[Values, ...]) -> str:
    return ",\n".join(f"  {json.dumps(one, ensure_ascii=False, allow_nan=False)}" for one in variants)


def _variants(id: str, draw: Callable[[random.Random], Drawn]) -> list[Drawn]:
    """One draw for each seed, no two alike as long as the draws last."""
    found: dict[str, Drawn] = {}
    for seed in range(2 * VARIANTS):
        try:
            drawn = draw(random.Random(f"{id}/{seed}"))
        except Exception as error:
            raise GraderFault(f"{DRAWS}: {id} can't be drawn: {type(error).__name__}: {error}") from error
        found.setdefault(json.dumps(drawn.shown, sort_keys=True), drawn)
        if len(found) == VARIANTS:
            break
    return list(found.values())


def _same(made: object, kept: object) -> bool:
    """Whether two are equal, numbers to nine digits."""
    if isinstance(made, float) or isinstance(kept, float):
        return (
            isinstance(made, int | float)
            and isinstance(kept, int | float)
            and math.isclose(made, kept, rel_tol=1e-9, abs_tol=1e-12)
        )
    if isinstance(made, dict) and isinstance(kept, dict):
        return made.keys() == kept.keys() and all(_same(made[name], kept[name]) for name in made)
    if isinstance(made, list | tuple) and isinstance(kept, list | tuple):
        return len(made) == len(kept) and all(_same(a, b) for a, b in zip(made, kept, strict=True))
    return made == kept
