"""A course on disk: a folder with `exercises`, `solutions` and `tests`, where the folders of one name are one exercise."""

import ast
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.faults import GraderFault, UsageError

M = TypeVar("M", bound=BaseModel)

MISCONCEPTIONS = "misconceptions.toml"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RunLimits(_Model):
    """What a run of all cases together may take."""

    wall_s: float = Field(default=20.0, gt=0)
    memory_mb: int = Field(default=1024, gt=0)


class Case(_Model):
    """One run of the learner's function.

    Attributes:
        arguments: what `problem.py` builds its inputs from.
        shown: whether what the learner's code prints in it is shown.
        expected: what only the checks are told, and the learner's process is not.
    """

    name: str
    arguments: dict[str, Any]
    shown: bool = False
    expected: Any = None


class About(_Model):
    """`exercise.toml`, what a student may see of an exercise beside its lesson.

    Attributes:
        functions: for each function or class that the learner writes, the names of its parameters.
        records: "steps" where the model among the inputs is watched step by step; "returned" where all that counts is
            what the run gives back.
        parts: where it has parts that can be wrong apart, for each the tasks (the argument `task`) of the cases that try it.
        has: what it is about. A mistake that needs nothing else must have a wrong program here, or a reason why not.
        shown: the visible case, whose run is drawn on the page.
        points: the sum of its checks' points.
        begin: where to begin, said to who hands in the untouched stub.
        hints: from a nudge to nearly the line.
    """

    title: str
    teaches: str
    after: str | None = None
    functions: dict[str, tuple[str, ...]]
    records: Literal["steps", "returned"] = "steps"
    parts: tuple[tuple[str, ...], ...] = ()
    has: frozenset[str] = frozenset()
    points: float = 10.0
    begin: str
    hints: tuple[str, ...] = ()
    limits: RunLimits = RunLimits()
    shown: Case


class Probes(_Model):
    """`probes.toml`, the hidden cases, and the mistakes that no input can tell apart.

    Attributes:
        one_of: groups of misconception ids that equal each other on every input.
        left_out: for mistakes that have no wrong program here though they might, by id: why.
    """

    case: tuple[Case, ...]
    one_of: tuple[frozenset[str], ...] = ()
    left_out: dict[str, str] = {}


class Misconception(_Model):
    """One entry of the catalogue: a hint, what you see, why, how to mend it, and where to read on.

    Attributes:
        hint: where to look; it doesn't name the mistake.
        needs: what an exercise must be about (`About.has`) for the mistake to be made there.
    """

    needs: frozenset[str] = frozenset()
    title: str
    hint: str = ""
    see: str
    why: str
    mend: str
    read: str


class Exercise:
    """One exercise: three folders of one name."""

    def __init__(self, course: "Course", name: str) -> None:
        """Nothing is read yet."""
        self.course, self.name = course, name
        self.folder = course.root / "exercises" / name
        self.solution = course.root / "solutions" / name
        self.judging = course.root / "tests" / name

    @cached_property
    def about(self) -> About:
        """What a student may see of it."""
        return read_as(About, self.folder / "exercise.toml")

    @cached_property
    def probes(self) -> Probes:
        """The hidden cases."""
        return read_as(Probes, self.judging / "probes.toml")

    @property
    def gradable(self) -> bool:
        """Whether what judges is here; the student edition of a course leaves it out."""
        return (self.judging / "probes.toml").is_file()

    @property
    def cases(self) -> tuple[Case, ...]:
        """All cases, the shown one first."""
        return (self.about.shown.model_copy(update={"shown": True}), *(self.probes.case if self.gradable else ()))

    @property
    def problem(self) -> str:
        """The source of `problem.py`."""
        return read_text(self.folder / "problem.py")

    @cached_property
    def first_part(self) -> str:
        """The name of the first function in the stub that is still to be written."""
        functions = [n for n in ast.walk(ast.parse(read_text(self.folder / "train.py"))) if isinstance(n, ast.FunctionDef)]
        unwritten = [n for n in functions if any(isinstance(inner, ast.Raise) for inner in ast.walk(n))]
        return min(unwritten, key=lambda n: n.lineno).name if unwritten else ""

    def programs(self, kind: str) -> list[Path]:
        """The author's sample programs of a kind: "wrong" (files named after a misconception) or "right"."""
        return sorted((self.judging / kind).glob("*.py"))


def mistake_of(program: Path) -> str:
    """The id of the mistake that a wrong program makes: its file's name up to "--", behind which a variant may be named."""
    return program.stem.partition("--")[0]


class Course:
    """A folder with exercises, and what judges them where it is there."""

    def __init__(self, root: Path) -> None:
        """`root` holds `exercises`."""
        self.root = root.resolve()

    @cached_property
    def names(self) -> list[str]:
        """The names of the exercises, in order."""
        return sorted(p.parent.name for p in (self.root / "exercises").glob("*/exercise.toml"))

    @cached_property
    def misconceptions(self) -> dict[str, Misconception]:
        """The catalogue, by id."""
        path = self.root / "tests" / MISCONCEPTIONS
        if not path.is_file():
            return {}
        return {key: parse_as(Misconception, value, path) for key, value in read_toml(path).items()}

    @property
    def hidden(self) -> tuple[Path, ...]:
        """What no learner's code may read, wherever the course lies."""
        return self.root / "solutions", self.root / "tests"

    def exercise(self, name: str) -> Exercise:
        """The exercise of this name; "3" and "03" will do where one is meant. Raises UsageError where there is none."""
        for candidate in (name, f"exercise_{name}", f"exercise_{name.zfill(2)}", *self._numbered(name)):
            if candidate in self.names:
                return Exercise(self, candidate)
        raise UsageError(f"There is no exercise called {name!r} in {self.root}. There are: {', '.join(self.names) or 'none'}.")

    def _numbered(self, number: str) -> list[str]:
        """The one exercise whose name ends in this number; none where several do."""
        found = [name for name in self.names if may_mean(number, name)]
        return found if len(found) == 1 else []


def may_mean(typed: str, name: str) -> bool:
    """Whether an exercise may be meant by what was typed: its name, or the number at its end."""
    return typed == name or (typed.isdecimal() and name.endswith((f"_{typed}", f"_{typed.zfill(2)}")))


def is_course(folder: Path) -> bool:
    """Whether a course can be taken from here."""
    return any((folder / "exercises").glob("*/exercise.toml"))


def find_course(asked: Path | None = None) -> Course:
    """The course asked for, or the one around the working folder, or the one that ships with the package."""
    if asked is not None:
        if not is_course(asked):
            raise UsageError(f"{asked} is not a course: it has no exercises/<name>/exercise.toml.")
        return Course(asked)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if is_course(folder):
            return Course(folder)
    return shipped_course()


def shipped_course() -> Course:
    """The course inside the wheel; in a checkout, the checkout's own."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_course", package.parent):
        if is_course(folder):
            return Course(folder)
    raise GraderFault(f"The course that ships with the package is missing from {package}: install it again.")


def read_text(path: Path) -> str:
    """A file of the course's. Raises GraderFault, as the next three do, where it isn't as it should be."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GraderFault(f"The course's file {path} can't be read: {error}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file of the course's."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise GraderFault(f"The course's file {path} can't be read: {error}") from None


def read_as(model: type[M], path: Path) -> M:
    """A TOML file of the course's, as a model."""
    return parse_as(model, read_toml(path), path)


def parse_as(model: type[M], value: object, path: Path) -> M:
    """What stands in a file of the course's, as a model."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise GraderFault(f"The course's file {path} is not as it should be, at {where}: {first['msg']}") from None
