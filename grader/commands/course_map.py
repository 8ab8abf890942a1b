"""`grade list`: the course map, with the learner's progress."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from grader.course import Course, Exercise, find_course
from grader.progress import Progress, next_exercise
from grader.render.text import short, width


def list_exercises(course_folder: Path | None) -> int:
    """Print what there is to learn, in order, and how far this learner has come."""
    course = find_course(course_folder)
    progress = Progress(course)
    columns = width()
    passed = sum(progress.of(name).passed for name in course.names)
    several = f"{len(course.names)} exercises, each standing on the one before. You have passed {passed}."
    click.echo(textwrap.fill(several if len(course.names) > 1 else "One exercise.", columns) + "\n")
    for name in course.names:
        for line in _entry(course.exercise(name), progress, columns):
            click.echo(line)
    coming = next_exercise(course, progress)
    click.echo("\nAll passed." if coming is None else f"\nNext: {_how(course, coming)}")
    return 0


def _entry(exercise: Exercise, progress: Progress, columns: int) -> Iterator[str]:
    """One exercise: its state, number, title and best score; then what it teaches and what it stands on."""
    standing, about = progress.of(exercise.name), exercise.about
    sign = "passed" if standing.passed else "begun" if standing.best is not None or standing.hints else ""
    score = f"{standing.best:g} of {about.points:g}" if standing.best is not None else ""
    hints = f"{standing.hints} of {len(about.hints)} hints" if standing.hints else ""
    note = ", ".join(part for part in (sign, score, hints) if part)
    indent = " " * 4
    yield from textwrap.wrap(
        f"{short(exercise.name)}  {about.title}{f'  [{note}]' if note else ''}", columns, subsequent_indent=indent
    )
    after = f" After {short(about.after)}." if about.after else ""
    yield from textwrap.wrap(f"{about.teaches}{after}", columns, initial_indent=indent, subsequent_indent=indent)


def _how(course: Course, exercise: Exercise) -> str:
    """What to type to go on with it."""
    own = Path.cwd().is_relative_to(course.root) or (Path.cwd() / exercise.name).exists()
    return f"grade {exercise.name}" if own else f"grade start {exercise.name}"
