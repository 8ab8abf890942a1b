"""What a learner has done so far: one small file of the user's, kept from session to session.

It holds scores and how many hints were asked for, and nothing of the code. A file that can't be read is put aside and begun
anew; one that can't be written is done without: progress is a convenience, and never in the way of a grade.
"""

import contextlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from grader.course import Course, Exercise, shipped_course
from grader.faults import GraderFault
from grader.files import state_folder, write_whole


class Standing(BaseModel):
    """How far one exercise has come.

    Attributes:
        best: the highest score so far; None where it was never graded.
        hints: how many of them were shown.
        asked_for_solution: before it was passed.
    """

    model_config = ConfigDict(extra="allow")  # what a later version notes isn't lost by using an earlier one

    passed: bool = False
    best: float | None = None
    hints: int = 0
    asked_for_solution: bool = False


class _File(BaseModel):
    """What is on disk: courses, by where they lie, and in each the exercises begun. `last`: the one begun or graded last."""

    model_config = ConfigDict(extra="allow")

    courses: dict[str, dict[str, Standing]] = {}
    last: dict[str, str] = {}


class Progress:
    """A learner's progress in one course."""

    def __init__(self, course: Course) -> None:
        """Read what is there."""
        self._path, self._course = progress_file(), _key(course)
        self._file = _read(self._path)

    def of(self, exercise: str) -> Standing:
        """How far this exercise has come."""
        return self._file.courses.get(self._course, {}).get(exercise, Standing())

    @property
    def last(self) -> str | None:
        """The exercise that was begun or graded last."""
        return self._file.last.get(self._course)

    def turned_to(self, exercise: str) -> None:
        """Note that this is the one that the learner is at."""
        self._note(exercise, self.of(exercise))

    def graded(self, exercise: str, score: float, passed: bool) -> None:
        """Note that an exercise was graded."""
        standing = self.of(exercise)
        best = max(score, standing.best or 0.0)
        self._note(exercise, standing.model_copy(update={"passed": passed or standing.passed, "best": best}))

    def hinted(self, exercise: str, hints: int) -> None:
        """Note that so many hints of an exercise were shown."""
        self._note(exercise, self.of(exercise).model_copy(update={"hints": hints}))

    def asked_for_solution(self, exercise: str) -> None:
        """Note that the solution was asked for."""
        self._note(exercise, self.of(exercise).model_copy(update={"asked_for_solution": True}))

    def _note(self, exercise: str, standing: Standing) -> None:
        self._file = _read(self._path)  # another terminal may have written since
        self._file.courses.setdefault(self._course, {})[exercise] = standing
        self._file.last[self._course] = exercise
        write_whole(self._path, self._file.model_dump_json(indent=2).encode())


def next_exercise(course: Course, progress: Progress, after: str | None = None) -> Exercise | None:
    """The first exercise behind this one that isn't passed yet, and behind the last the first; None where all are."""
    names = course.names
    start = names.index(after) + 1 if after in names else 0
    return next((course.exercise(name) for name in names[start:] + names[:start] if not progress.of(name).passed), None)


def progress_file() -> Path:
    """Where it is kept: $XDG_STATE_HOME/descent/progress.json, or in ~/.local/state."""
    return state_folder() / "progress.json"


def _key(course: Course) -> str:
    """A course that ships with the package is the same after an upgrade, wherever that puts it."""
    with contextlib.suppress(GraderFault):
        if course.root == shipped_course().root:
            return "shipped"
    return str(course.root)


def _read(path: Path) -> _File:
    try:
        return _File.model_validate_json(path.read_bytes())
    except OSError:
        return _File()
    except ValidationError:
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".unreadable"))
        return _File()
