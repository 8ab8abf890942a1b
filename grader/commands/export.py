"""`grade export`: what lets another system grade with this course."""

import re
from pathlib import Path

import click

from grader.course import find_course
from grader.faults import UsageError
from grader.files import replace_file
from grader.gradescope.make import make_autograder
from grader.render.text import told
from grader.submission import ANSWERS, MAIN
from grader.versions import versions

WORKFLOW = Path(__file__).with_name("github.yml")


def gradescope(name: str, out: Path, visibility: str, course_folder: Path | None) -> int:
    """Write the autograder for Gradescope. Raises UsageError where it can't be made or written."""
    exercise = find_course(course_folder).exercise(name)
    path = out / f"gradescope-{exercise.name}.zip"
    try:
        replace_file(path, make_autograder(exercise, visibility))
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from None
    click.echo(told(f"{path} is the autograder: upload it under “Configure Autograder”."))
    click.echo(
        told(f"Give the assignment {exercise.about.points:g} points there, and let students hand in {MAIN} and {ANSWERS}.")
    )
    return 0


def github(out: Path, install: str) -> int:
    """Write the workflow for GitHub Actions. Raises UsageError where it can't be written, or would break the file."""
    install = install or f"descent-course=={versions()['grader']}"
    if not re.fullmatch(r"[\w.,=<>!~:/@+#&?%\[\] -]+", install):
        raise UsageError("--install takes what pip installs: a name and version, or an address, without quotation marks or $")
    path = out / ".github" / "workflows" / "grade.yml"
    try:
        replace_file(path, WORKFLOW.read_text("utf-8").replace("@INSTALL@", install).encode())
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.") from None
    click.echo(told(f"{path} grades at each push. Put it into the repository that your students' are made from."))
    return 0
