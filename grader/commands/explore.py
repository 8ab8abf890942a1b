"""`grade explore`: the playground, one offline page."""

from pathlib import Path

import click

from grader.course import find_course
from grader.explore import explore as write_playground
from grader.faults import UsageError


def explore(out: Path | None, course_folder: Path | None) -> int:
    """Write the page, and say where it is. Raises UsageError where it can't be written."""
    folder = out or Path(".descent")
    click.echo("Taking some 1,600 paths with torch, which takes a few seconds …", err=True)
    try:
        page = write_playground(folder, find_course(course_folder))
    except OSError as error:
        raise UsageError(f"The page can't be written to {folder}: {error.strerror}.") from None
    click.echo(f"Open this in a browser: {page}")
    return 0
