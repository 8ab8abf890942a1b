"""`grade solution`: one way to do it, after a pass, or when asked twice."""

from pathlib import Path

import click

from grader.course import find_course, read_text
from grader.faults import UsageError
from grader.progress import Progress
from grader.render.text import told
from grader.submission import MAIN


def solution(name: str | None, course_folder: Path | None) -> int:
    """Print the solution; before a pass, only the second time. Raises UsageError where this edition has none."""
    course = find_course(course_folder)
    progress = Progress(course)
    name = name or progress.last
    if name is None:
        raise UsageError("The solution of which exercise? For instance: grade solution exercise_03")
    exercise = course.exercise(name)
    path = course.root / "solutions" / exercise.name / MAIN
    if not path.is_file():
        raise UsageError("This edition of the course has no solutions: ask who gave it to you.")
    standing = progress.of(exercise.name)
    if not standing.passed and not standing.asked_for_solution:
        progress.asked_for_solution(exercise.name)
        left = len(exercise.about.hints) - standing.hints
        hints = f" {left} {'hint is' if left == 1 else 'hints are'} left: grade hint {exercise.name}" if left > 0 else ""
        click.echo(told(f"You haven't passed {exercise.name} yet, and what one finds oneself stays.{hints}"))
        click.echo(told(f"To see the solution all the same, ask once more: grade solution {exercise.name}"))
        return 0
    click.echo(read_text(path).rstrip())
    click.echo()
    other = "One way of many: yours is as good, if it passes." if standing.passed else "Read it, close it, and write your own."
    click.echo(told(other))
    return 0
