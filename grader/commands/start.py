"""`grade start`: an exercise of one's own to work on."""

import os
import shutil
from pathlib import Path

import click

from grader.course import find_course
from grader.faults import UsageError


def start(name: str, course: Path | None) -> int:
    """Copy what a student sees of an exercise to ./<name>. Raises UsageError where that is there already."""
    exercise = find_course(course).exercise(name)
    target = Path(exercise.name)
    if os.path.lexists(target):
        raise UsageError(f"./{target} is there already, and is left as it is. Grade it with: grade {exercise.name}")
    try:
        shutil.copytree(exercise.folder, target, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:  # copytree collects several into one
        raise UsageError(f"./{target} can't be written: {error.strerror or error}.") from None
    click.echo(f"./{target} is yours. Read {target}/README.md, write {target}/train.py, then: grade {exercise.name}")
    return 0
