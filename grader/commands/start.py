"""`grade start` and `grade next`: exercises of one's own to work on, in the working folder. What is there is never touched."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import click

from grader.commands.own import is_own, own_folder
from grader.course import Course, Exercise, find_course
from grader.faults import UsageError
from grader.progress import Progress, next_exercise
from grader.render.text import spoken, told


def start(names: Sequence[str], everything: bool, course_folder: Path | None) -> int:
    """Begin these exercises; without a name, the next one that isn't passed. Raises UsageError where one is there already."""
    course = find_course(course_folder)
    if everything and names:
        raise UsageError("Say either --all or which exercises to begin.")
    if everything:
        return _start_all(course)
    if not names:
        return _start_next(course)
    exercises = [course.exercise(name) for name in names]
    for exercise in exercises:
        if os.path.lexists(exercise.name):
            raise UsageError(f"./{exercise.name} is there already, and is left as it is. Grade it with: grade {exercise.name}")
    for exercise in reversed(exercises):  # the first named is the one to begin with
        begin(exercise)
    for exercise in exercises:
        _say_begun(exercise, own_folder(exercise))
    return 0


def next_(course_folder: Path | None) -> int:
    """Go on to the first exercise that isn't passed, and begin it where it isn't begun yet."""
    course = find_course(course_folder)
    progress = Progress(course)
    last = progress.last
    if (
        last in course.names
        and not progress.of(last).passed
        and is_own(own_folder(course.exercise(last)), course.exercise(last))
    ):
        best = progress.of(last).best
        so_far = f" ({best:g} of {course.exercise(last).about.points:g} so far)" if best is not None else ""
        click.echo(told(f"{last} isn't passed yet{so_far}: grade {last}, or a hint: grade hint {last}"))
        following = course.names[course.names.index(last) + 1 :]
        if following:
            click.echo(told(f"To leave it for later: grade start {following[0]}"))
        return 0
    return _start_next(course)


def begin(exercise: Exercise) -> Path:
    """The learner's own folder of an exercise, copied from the course where it isn't begun. Raises UsageError."""
    folder = own_folder(exercise)
    if is_own(folder, exercise):
        return folder
    target = Path(exercise.name)
    if os.path.lexists(target):
        raise UsageError(
            f"./{target} is there, but has no train.py to work on: move it away, then: grade start {exercise.name}"
        )
    half = Path(f".{exercise.name}.part{os.getpid()}")
    try:
        # Under another name first: a copy that was stopped half way doesn't pass for a begun exercise.
        shutil.copytree(exercise.folder, half, ignore=shutil.ignore_patterns("__pycache__"))
        half.rename(target)
    except OSError as error:  # copytree collects several into one
        raise UsageError(f"./{target} can't be written: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(half, ignore_errors=True)
    Progress(exercise.course).turned_to(exercise.name)
    return Path.cwd() / target


def shown(folder: Path) -> str:
    """A folder as one would type it from here."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) and folder != here else str(folder)


def _start_next(course: Course) -> int:
    progress = Progress(course)
    last = progress.last
    is_open = last in course.names and not progress.of(last).passed
    exercise = course.exercise(last) if last and is_open else next_exercise(course, progress, last)
    if exercise is None:
        click.echo(told(f"{_count(len(course.names), 'All')} passed. grade list shows them; grade explore has more to see."))
        return 0
    _say_begun(exercise, begin(exercise))
    return 0


def _start_all(course: Course) -> int:
    exercises = [course.exercise(name) for name in course.names]
    new = [exercise for exercise in exercises if not is_own(own_folder(exercise), exercise)]
    for exercise in new:
        begin(exercise)
    kept = len(exercises) - len(new)
    left = f" {kept} {'was' if kept == 1 else 'were'} there already, and left as {'it is' if kept == 1 else 'they are'}."
    click.echo(told(f"{_count(len(new))} begun here.{left if kept else ''} See them all: grade list"))
    return _start_next(course)


def _count(number: int, before: str = "") -> str:
    """So many exercises, as a sentence begins with them."""
    return "One exercise is" if number == 1 else f"{before} {number} exercises are".lstrip()


def _say_begun(exercise: Exercise, folder: Path) -> None:
    click.echo(f"{spoken(exercise.name)} · {exercise.about.title}")
    click.echo(told(exercise.about.teaches))
    click.echo()
    click.echo(f"  The lesson:   {shown(folder / 'README.md')}")
    click.echo(f"  Your program: {shown(folder / 'train.py')}")
    click.echo(f"  Each save graded: grade watch {exercise.name}")
    click.echo(f"  Or now and then:  grade {exercise.name}")
