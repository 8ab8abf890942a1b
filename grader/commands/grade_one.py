"""`grade exercise_03`: one submission, graded and shown."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands.own import is_own, own_folder
from grader.course import Exercise, find_course
from grader.faults import UsageError
from grader.waiting import somebody_waits
from grader.warm import Warm

if TYPE_CHECKING:
    from grader.report import Report


def grade_one(
    name: str,
    submission: Path | None,
    as_json: bool,
    page: Path | None,
    no_page: bool,
    unconfined: bool,
    student: str,
    full: bool,
    results: tuple[str, ...],
    course: Path | None,
) -> int:
    """Grade, show, and return 0 for a pass and 1 for anything else."""
    exercise = find_course(course).exercise(name)
    files = _wanted(results)
    with somebody_waits(), _progress(not as_json) as say:
        with Warm(exercise.course, say) as warm:
            trusted = unconfined or submission is None
            report = warm.grade(exercise, submission or own_folder(exercise), student, trusted=trusted)
        written = None if no_page or (as_json and page is None) else _write_page(report, page, say)
    _write_results(report, files)
    own = submission is None and is_own(own_folder(exercise), exercise)
    if own:
        _note(exercise, report)
    if as_json:
        # ASCII alone, so that it comes whole out of any locale.
        print(json.dumps(json.loads(report.model_dump_json()), indent=2))
    else:
        from grader.render.terminal import show

        show(report, written, _following(exercise, report, submission is None, own), full=full)
    return 0 if report.verdict == "passed" else 1


def _following(exercise: Exercise, report: "Report", mine: bool, own: bool) -> list[tuple[str, str]]:
    """What somebody who learns can do next; nothing where it is somebody else's work."""
    name = exercise.name
    if not mine:
        return []
    if not own:
        return [("Next:", f"this was the stub as it ships. To begin on it here: grade start {name}")]
    if report.verdict == "passed":
        asked = report.questions and report.question_score is None
        return [("Next:", f"{len(report.questions)} short questions: grade quiz {name}"), ("Then:", "grade next")][not asked :]
    line = next((line for line in (report.run.error_line, *(d.line for d in report.diagnoses)) if line), None)
    return [
        ("Next: ", f"edit train.py{f' around line {line}' if line else ''}, save it, then: grade {name}"),
        *([("Stuck?", f"grade hint {name}")] if exercise.about.hints else []),
    ]


def _note(exercise: Exercise, report: "Report") -> None:
    """Remember how far the learner's own work is: for `grade list` and `grade hint`."""
    from grader.progress import Progress

    if report.checks:
        Progress(exercise.course).graded(exercise.name, report.score, report.verdict == "passed")


def _wanted(results: tuple[str, ...]) -> list[tuple[str, Path]]:
    """Format and file of each --results. Raises UsageError before anything is graded."""
    if not results:
        return []
    from grader.render.results import FORMATS

    found = []
    for asked in results:
        kind, _, path = asked.partition("=")
        if kind not in FORMATS or not path:
            raise UsageError(
                f"--results {asked}: give a format and a file, such as junit=results.xml; formats: {', '.join(FORMATS)}."
            )
        if not Path(path).absolute().parent.is_dir():
            raise UsageError(f"--results {asked}: there is no folder {Path(path).absolute().parent}.")
        found.append((kind, Path(path)))
    return found


def _write_results(report: "Report", files: list[tuple[str, Path]]) -> None:
    if not files:
        return
    from grader.files import replace_file
    from grader.render.results import FORMATS

    for kind, path in files:
        try:
            replace_file(path, FORMATS[kind](report).encode("utf-8", "replace"))
        except OSError as error:
            raise UsageError(f"The results can't be written to {path}: {error.strerror}.") from None


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
