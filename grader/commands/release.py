"""`grade release`: the student edition of a course."""

import re
from pathlib import Path

import click

from grader.course import find_course
from grader.faults import UsageError
from grader.release import make_release, write_release
from grader.released import keep_release
from grader.render.text import told


def release(out: Path, version: str, course_folder: Path | None) -> int:
    """Write it, and say where it is. Raises UsageError."""
    if version and not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,50}", version):
        raise UsageError("A version is made of letters, digits, dots, hyphens and plus signs, such as 2026.1")
    course = find_course(course_folder)
    made = make_release(course, version)
    try:
        path = write_release(made, out)
    except OSError as error:
        raise UsageError(f"The release can't be written to {out}: {error.strerror}.") from None
    try:
        kept = keep_release(course, made.version)
    except OSError as error:
        why = f"What judges its questions can't be kept in {course.root / 'tests'}: {error.strerror}."
        raise UsageError(f"{why} Work in a checkout: without it, a later grader can't mark this release's answers.") from None
    click.echo(told(f"Release {made.version}, {len(made.files)} files, without solutions and without what judges: {path}"))
    if kept:
        click.echo(told(f"What judges its questions is kept in {kept}: later versions of the course mark its answers by it."))
    click.echo(f"SHA-256 {made.checksum}")
    return 0
