"""`grade hint`: one hint at a time, from a nudge to nearly the line."""

import textwrap
from pathlib import Path

import click

from grader.course import find_course
from grader.faults import UsageError
from grader.progress import Progress
from grader.render.text import spoken, width


def hint(name: str | None, again: bool, course_folder: Path | None) -> int:
    """Print the next hint of an exercise, or, if `again`, those that were shown; remember how many there were."""
    course = find_course(course_folder)
    progress = Progress(course)
    name = name or progress.last
    if name is None:
        raise UsageError("A hint for which exercise? For instance: grade hint exercise_03")
    exercise = course.exercise(name)
    hints, seen = exercise.about.hints, progress.of(exercise.name).hints
    if not hints:
        raise UsageError(f"{exercise.name} has no hints.")
    if again and not seen:
        raise UsageError(f"You have asked for no hint of {exercise.name} yet: leave --again out for the first.")
    whose = spoken(exercise.name)
    if again or seen >= len(hints):
        click.echo(
            f"{whose}: the hints so far." if seen < len(hints) else f"{whose}: all {len(hints)} hints; there are no more."
        )
        shown = range(seen)
    else:
        shown = range(seen, seen + 1)
        progress.hinted(exercise.name, seen + 1)
    for k in shown:
        label = f"Hint {k + 1} of {len(hints)}: "
        click.echo("\n".join(textwrap.wrap(label + hints[k], width(), subsequent_indent=" " * 4)))
    left = len(hints) - max(shown) - 1
    if left:
        click.echo(f"{left} more, when you have tried this one: grade hint {exercise.name}")
    return 0
