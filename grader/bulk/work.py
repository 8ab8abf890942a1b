"""One piece of work, and what comes of it: what goes to a grader of another process, or of another machine, and back."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.bulk.gradebook import Made
from grader.course import Course
from grader.released import released
from grader.report import Report
from grader.submission import Submission
from grader.unrun import refuse
from grader.versions import versions

PACKAGE = Path(__file__).resolve().parents[1]
NO_PART = ("_course", "bulk", "commands", "render", "cli.py")  # of the package: no mark depends on it


@dataclass(frozen=True)
class Task:
    """A submission to be graded. `key` is the gradebook's number of it."""

    key: int
    exercise: str
    submission: Submission


@dataclass(frozen=True)
class Outcome:
    """A report; or, where the grader itself failed, what it said."""

    key: int
    report: Report | None
    fault: str = ""

    def made(self, fingerprint: str) -> Made:
        """As the gradebook keeps it."""
        if self.report is None:
            return Made(fingerprint, "fault", json.dumps({"fault": self.fault}))
        report = self.report
        return Made(fingerprint, "graded", report.model_dump_json(), report.verdict, report.score, report.max_score)


def why(made: Made) -> str:
    """What the grader said as it failed."""
    return str(json.loads(made.report).get("fault", ""))


def unreadable(course: Course, exercise: str, reason: str) -> Made:
    """What is kept of a submission that can't even be read: a report that says why."""
    report = refuse(course.exercise(exercise), reason)
    return Outcome(0, report).made(fingerprint(course, exercise))


def fingerprint(course: Course, exercise: str) -> str:
    """Stands for all that a mark depends on beside the submission: the exercise's files, the grader's, and the versions."""
    total = hashlib.sha256(json.dumps(versions(torch=True), sort_keys=True).encode())
    for path in _sources(course, exercise):
        content = path.read_bytes()
        total.update(f"{path.name}:{len(content)}:".encode() + content)
    return total.hexdigest()[:16]


def _sources(course: Course, exercise: str) -> Iterator[Path]:
    one = course.exercise(exercise)
    earlier = [root / part / exercise for root in released(course) for part in ("exercises", "tests")]
    for folder in (one.folder, one.judging, *earlier):
        yield from sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    yield from sorted(p for p in (course.root / "tests").glob("*") if p.is_file() and p.suffix in (".toml", ".jsonl", ""))
    yield from sorted(p for p in PACKAGE.rglob("*.py") if p.relative_to(PACKAGE).parts[0] not in NO_PART)
