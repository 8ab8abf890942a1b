"""The questions of an exercise, as a student sees them, and their key, which lies with what judges.

    exercises/exercise_03/questions.toml   the questions: prompts, options, lines
    exercises/exercise_03/drawn.json       for each question with drawn numbers, the variants of what is shown
    tests/exercise_03/questions.toml       the key: what is right, what each wrong answer stands for, the explanation
    tests/exercise_03/drawn.json           for each variant, the values that torch gave
    tests/exercise_03/rubrics/             the rubrics of its short answers

Both files named drawn.json are made by running `tests/exercise_03/questions.py` (grader.questions.bank).
"""

import json
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from grader.course import Exercise, read_as, read_text, read_toml
from grader.faults import GraderFault

PUBLIC, KEY, DRAWN, RUBRICS = "questions.toml", "questions.toml", "drawn.json", "rubrics"
Kind = Literal["single", "several", "number", "order", "output", "short"]
Shown = dict[str, str]
Values = dict[str, float | int | str]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Model):
    """One question, before anything is drawn: {names} in its texts stand for what is.

    Attributes:
        options: of a single or several choice, by id.
        lines: to be put in order, by id.
        unit: what a number is counted in.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    kind: Kind
    points: float = Field(gt=0)
    prompt: str
    code: str = ""
    options: dict[str, str] = {}
    lines: dict[str, str] = {}
    unit: str = ""

    @property
    def choices(self) -> dict[str, str]:
        """What an answer is made of, by id: options or lines."""
        return self.options or self.lines


class Mistake(_Model):
    """An answer that was foreseen, and what is said to it.

    Attributes:
        misconception: what it stands for, an id of the catalogue.
        value: of a number or an output: the name of the value that is answered.
        order: of lines: the order that is answered; or else
        first, then: the mistake is that `first` stands before `then`.
    """

    text: str
    misconception: str | None = None
    value: str | None = None
    order: tuple[str, ...] | None = None
    first: str | None = None
    then: str | None = None


class Key(_Model):
    """What judges the answers to one question.

    Attributes:
        claims: which claims of the lesson it covers: a number of the course's list, or the claim's words.
        right: an option's id (or "=name", where the right option is drawn), several of them, all right orders of lines, or the
            name of the value that torch computed.
        tolerance, absolute: how far a number may be off, as a share of the right one and as it stands; the larger counts.
        wrong: every wrong option by its id, and other foreseen answers by any name; the first that fits is said.
        rubric: of a short answer.
    """

    claims: tuple[int | str, ...] = ()
    right: str | tuple[str, ...] | tuple[tuple[str, ...], ...] = ""
    tolerance: float = Field(default=0.01, ge=0)
    absolute: float = Field(default=0.0, ge=0)
    explanation: str
    rubric: str | None = None
    wrong: dict[str, Mistake] = {}


class _Questions(_Model):
    question: tuple[Question, ...]


T = TypeVar("T")

_SHOWN = TypeAdapter(dict[str, tuple[Shown, ...]])
_VALUES = TypeAdapter(dict[str, tuple[Values, ...]])


class QuestionSet:
    """The questions of one exercise, and their key where it is here."""

    def __init__(self, exercise: Exercise, root: Path | None = None) -> None:
        """Nothing is read yet. `root`: where the course's folders are, if these are the questions of an earlier release."""
        self.exercise = exercise
        self.folder = exercise.folder if root is None else root / "exercises" / exercise.name
        self.judging = exercise.judging if root is None else root / "tests" / exercise.name

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """In the order in which they are asked; none where the exercise has none."""
        path = self.folder / PUBLIC
        return read_as(_Questions, path).question if path.is_file() else ()

    @cached_property
    def shown(self) -> dict[str, tuple[Shown, ...]]:
        """The variants of each drawn question, by id: what its {names} stand for."""
        return _read_json(_SHOWN, self.folder / DRAWN) or {}

    @property
    def has_key(self) -> bool:
        """Whether answers can be judged here."""
        return (self.judging / KEY).is_file()

    @cached_property
    def key(self) -> dict[str, Key]:
        """What judges each question, by id. Raises GraderFault where a question has no key."""
        path = self.judging / KEY
        table = TypeAdapter(dict[str, Key])
        try:
            found = table.validate_python(read_toml(path))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise GraderFault(f"The course's file {path} is not as it should be, at {where}: {first['msg']}") from None
        missing = [question.id for question in self.questions if question.id not in found]
        if missing:
            raise GraderFault(f"The course's file {path} has no key to {', '.join(missing)}.")
        return found

    @cached_property
    def values(self) -> dict[str, tuple[Values, ...]]:
        """What torch computed for each variant of each drawn question, by id."""
        return _read_json(_VALUES, self.judging / DRAWN) or {}


def _read_json(adapter: "TypeAdapter[T]", path: Path) -> T | None:
    """What the file holds; None where there is none."""
    if not path.is_file():
        return None
    try:
        return adapter.validate_python(json.loads(read_text(path)))
    except ValueError as error:
        raise GraderFault(f"The course's file {path} can't be read: {error}") from None
