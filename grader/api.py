"""What other programs may build on: `grade`, and the report that it returns."""

from pathlib import Path

from grader.course import find_course
from grader.report import Report
from grader.warm import Warm


def grade(
    submission: Path | str, exercise: str, *, course: Path | str | None = None, student: str = "", unconfined: bool = False
) -> Report:
    """Grade one submission, and return its report. Who grades many is better served by `grade bulk`.

    Args:
        submission: a .py file, a notebook, an answers.toml, or a folder or a zip with train.py, answers, or both.
        exercise: its name, such as "exercise_03".
        course: the course's folder; else the one around the working folder, or the one installed.
        student: whose it is: the numbers of the questions are drawn from this.
        unconfined: run the code even where this machine can't confine it: for code that you trust.

    Raises:
        grader.faults.UsageError: there is no such file or exercise, or it can't be confined here.
        grader.faults.GraderFault: the grader itself failed. That is no verdict.
    """
    found = find_course(None if course is None else Path(course)).exercise(exercise)
    with Warm(found.course) as warm:
        return warm.grade(found, Path(submission), student, trusted=unconfined)
