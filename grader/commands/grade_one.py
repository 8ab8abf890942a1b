"""`grade exercise_03`: one submission, graded and shown."""

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands.own import is_own, own_folder
from grader.course import Exercise, find_course
from grader.faults import Ungradable, UsageError
from grader.submission import read_answers_file, read_submission
from grader.waiting import somebody_waits

if TYPE_CHECKING:
    from grader.questions.grade import QuestionGrader
    from grader.report import Report
    from grader.runner import Runner


def grade_one(
    name: str,
    submission: Path | None,
    as_json: bool,
    page: Path | None,
    no_page: bool,
    unconfined: bool,
    student: str,
    course: Path | None,
) -> int:
    """Grade, show, and return 0 for a pass and 1 for anything else."""
    exercise = find_course(course).exercise(name)
    with somebody_waits(), _progress(not as_json) as say:
        report = _grade(exercise, submission, student, unconfined or submission is None, say)
        written = None if no_page or (as_json and page is None) else _write_page(report, page, say)
    own = submission is None and is_own(own_folder(exercise), exercise)
    if own:
        _note(exercise, report)
    if as_json:
        # ASCII alone, so that it comes whole out of any locale.
        print(json.dumps(json.loads(report.model_dump_json()), indent=2))
    else:
        from grader.render.terminal import show

        show(report, written)
        if submission is None and not own:
            print(f"\nThis was the stub as it ships. To begin on it here: grade start {exercise.name}")
        elif own and report.verdict == "failed":
            print(f"\nStuck? grade hint {exercise.name}")
    return 0 if report.verdict == "passed" else 1


def _grade(exercise: Exercise, path: Path | None, student: str, trusted: bool, say: "Say") -> "Report":
    from grader.runner import Runner  # no torch yet: the zygote starts first, and warms up beside our own imports
    from grader.unrun import questions_alone, refuse

    if not exercise.gradable:
        return refuse(exercise, "Recorded, not graded: this edition of the course has nothing that judges.")
    path = path or own_folder(exercise)
    try:
        submission = replace(read_submission(path), student=student)
    except Ungradable as reason:
        answers, trouble = read_answers_file(path)
        return refuse(exercise, str(reason), _questions(exercise).grade(answers, student, trouble))
    if not submission.files:
        return questions_alone(exercise, _questions(exercise).grade(submission.answers, student, submission.answers_trouble))
    say("Starting torch")
    with Runner(hidden=exercise.course.hidden) as runner:
        from grader.pipeline import Grader

        grader = Grader(exercise, runner, say)
        grader.prepare()
        _refuse_others_code(runner, trusted)
        return grader.grade(submission)


def _questions(exercise: Exercise) -> "QuestionGrader":
    from grader.questions.grade import QuestionGrader
    from grader.questions.model import QuestionSet

    return QuestionGrader(QuestionSet(exercise))


def _note(exercise: Exercise, report: "Report") -> None:
    """Remember how far the learner's own work is: for `grade list` and `grade hint`."""
    from grader.progress import Progress

    if report.checks:
        Progress(exercise.course).graded(exercise.name, report.score, report.verdict == "passed")


def _refuse_others_code(runner: "Runner", trusted: bool) -> None:
    if not trusted and runner.isolation.tier in ("limits", "none"):
        missing = "; ".join(runner.isolation.missing)
        raise UsageError(
            f"This machine can't confine code that isn't yours ({missing}). "
            "Where you trust who wrote it, say so with --unconfined."
        )


def _write_page(report: "Report", folder: Path | None, say: "Say") -> Path | None:
    """Write the page; where the folder of our own choice can't be written, go without."""
    from grader.render.page import write_page

    say("Drawing the page")
    try:
        return write_page(report, folder or Path(".descent") / report.exercise)
    except OSError as error:
        if folder is None:
            return None
        raise UsageError(f"The page can't be written to {folder}: {error.strerror}.") from None


class Say:
    """Tells what is going on, on a terminal; does nothing in a pipe."""

    def __call__(self, what: str) -> None:
        """Say what begins now."""


class _Spin(Say):
    def __init__(self) -> None:
        from rich.console import Console

        self._status = Console(stderr=True).status("")

    def __call__(self, what: str) -> None:
        self._status.update(f"{what} …")
        self._status.start()

    def stop(self) -> None:
        self._status.stop()


@contextlib.contextmanager
def _progress(wanted: bool) -> Iterator[Say]:
    if not (wanted and sys.stderr.isatty()):
        yield Say()
        return
    spin = _Spin()
    try:
        yield spin
    finally:
        spin.stop()
