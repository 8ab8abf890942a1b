"""`grade reset`: an exercise as it was at first, with a copy of what was there kept."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click

from grader.commands.own import is_own, own_folder
from grader.course import Exercise, find_course
from grader.faults import UsageError
from grader.files import replace_file
from grader.progress import Progress
from grader.render.text import told
from grader.submission import ANSWERS, MAIN

NOT_STARTED = b"is not started yet"  # what a stub says of itself
BACKUPS = Path(".descent") / "backup"


def reset(name: str | None, answers: bool, course_folder: Path | None) -> int:
    """Put the files of an exercise back, the answers only if asked. Raises UsageError where that can't be done."""
    course = find_course(course_folder)
    name = name or Progress(course).last
    if name is None:
        raise UsageError("Which exercise? For instance: grade reset exercise_03")
    exercise = course.exercise(name)
    click.echo(told(put_back(exercise, answers)))
    return 0


def put_back(exercise: Exercise, answers: bool) -> str:
    """Put it back, and say where the copy is. Raises UsageError."""
    folder = own_folder(exercise)
    if not is_own(folder, exercise):
        raise UsageError(f"{exercise.name} isn't begun here: grade start {exercise.name}")
    first = _first(exercise, folder, answers)
    changed = {name for name, content in first.items() if _content(folder / name) != content}
    if not changed:
        return f"{exercise.name} is as it was at first already."
    backup = BACKUPS / exercise.name / datetime.now(UTC).astimezone().strftime("%Y-%m-%d_%H-%M-%S_%f")
    try:
        backup.mkdir(parents=True)
        for name in changed:
            if (folder / name).is_file():
                shutil.copy2(folder / name, backup / name)
        for name in changed:  # only now that all are kept
            replace_file(folder / name, first[name])
    except OSError as error:
        raise UsageError(f"{exercise.name} can't be put back: {error.strerror or error}. Nothing is lost.") from None
    return f"{exercise.name} is as it was at first. What you had written is kept in {backup}"


def _first(exercise: Exercise, folder: Path, answers: bool) -> dict[str, bytes]:
    """The files as they ship. In a checkout the learner's folder is the course's own, and git knows how it was."""
    names = [path.name for path in sorted(exercise.folder.iterdir()) if path.is_file()]
    if folder.resolve() != exercise.folder.resolve():
        return {name: (exercise.folder / name).read_bytes() for name in names if answers or name != ANSWERS}
    wanted = [MAIN, ANSWERS] if answers else [MAIN]
    return {name: _from_git(exercise, name) for name in wanted if name in names}


def _from_git(exercise: Exercise, name: str) -> bytes:
    """The latest version in the checkout's history that isn't begun; of other files, the first."""
    versions = _git(exercise.folder, "log", "--format=%H", "--", name).decode().split()
    for version in versions if name == MAIN else versions[::-1]:
        content = _git(exercise.folder, "show", f"{version}:./{name}")
        if name != MAIN or NOT_STARTED in content:
            return content
    raise UsageError(
        f"How {name} was at first isn't known here: in another folder, `grade start {exercise.name}` makes a new one."
    )


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
