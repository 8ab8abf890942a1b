"""What counts: due dates, late penalties, which of several tries, who is excused; said in `policy.toml`.

counts = "best"                      # best, last or first
round = 2                            # decimals of a mark

[due]
exercise_03 = 2026-11-20T23:59:00+01:00

[late]
grace_minutes = 15
per_day = 0.1                        # of the points, for each day begun
at_most = 0.5
closed_after_days = 7                # from then on nothing counts

[extensions.ada]
exercise_03 = 2026-11-27T23:59:00+01:00

[[excused]]
student = "bob"
exercise = "exercise_05"             # without it, from all
"""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.bulk.gradebook import Row, Student
from grader.faults import UsageError
from grader.report import Report

State = Literal["graded", "needs_review", "grader_fault", "missing", "excused"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Late(_Model):
    """What being late costs: a share of the points for each day begun."""

    grace_minutes: float = Field(default=0, ge=0)
    per_day: float = Field(default=0, ge=0, le=1)
    at_most: float = Field(default=1, ge=0, le=1)
    closed_after_days: float | None = Field(default=None, ge=0)


class Excused(_Model):
    """Somebody who needn't hand in: one exercise, or all."""

    student: str
    exercise: str | None = None


class Policy(_Model):
    """What counts. Without a file: the best try, and no penalty."""

    counts: Literal["best", "last", "first"] = "best"
    round: int = Field(default=2, ge=0, le=6)
    due: dict[str, datetime] = {}
    late: Late = Late()
    extensions: dict[str, dict[str, datetime]] = {}
    excused: tuple[Excused, ...] = ()


@dataclass(frozen=True)
class Mark:
    """What counts for one student and exercise.

    Attributes:
        score: None where there is no number: excused, the grader's fault, or nothing handed in.
        why: how it came about, in a sentence; empty where the score is the report's own.
        row: the try that counts; `report` is its report.
        tries: how many there were.
    """

    student: Student
    exercise: str
    state: State
    score: float | None
    max_score: float
    why: str = ""
    row: Row | None = None
    report: Report | None = None
    tries: int = 0
    late: bool = False


def read_policy(path: Path | None) -> Policy:
    """Read a policy. Raises UsageError, with the place, where it isn't as it should be."""
    if path is None:
        return Policy()
    try:
        return Policy.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {error}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{path} is not as it should be, at {where}: {first['msg']}.") from None


def mark(policy: Policy, student: Student, exercise: str, tries: Sequence[Row], max_score: float) -> Mark:
    """What counts of a student's tries for an exercise; `max_score` is what there is to have, where no report says so."""
    if any(one.student == student.id and one.exercise in (None, exercise) for one in policy.excused):
        return Mark(student, exercise, "excused", None, max_score, "Excused.", tries=len(tries))
    if not tries:
        return Mark(student, exercise, "missing", None, max_score, "Nothing was handed in.")
    marks = [_one(policy, student, exercise, row, len(tries), max_score) for row in tries]
    faults = [one for one in marks if one.state == "grader_fault"]
    if policy.counts != "best":
        return marks[-1 if policy.counts == "last" else 0]
    # A try that couldn't be graded might have been the best: no other one counts in its place before that is known.
    return faults[0] if faults else max(marks, key=lambda one: one.score or 0.0)


def _one(policy: Policy, student: Student, exercise: str, row: Row, tries: int, max_score: float) -> Mark:
    if row.made is None or row.made.state == "fault":
        why = "The grader itself failed on it: no mark yet."
        return Mark(student, exercise, "grader_fault", None, max_score, why, row, tries=tries)
    report = Report.model_validate_json(row.made.report)
    state: State = "needs_review" if any(one.status == "needs_review" for one in report.questions) else "graded"
    days = _days_late(policy, student.id, exercise, row)
    share, why = _penalty(policy, days)
    score = round(report.score * (1 - share), policy.round)
    if why and share:
        why += f": {report.score:g} becomes {score:g}"
    late = days > 0 or row.entry.late
    if row.entry.late and row.entry.submitted is None and policy.late.per_day:
        why = "Late, says the platform, but not by how much: nothing is taken off"
    return Mark(student, exercise, state, score, report.max_score, f"{why}." if why else "", row, report, tries, late)


def _days_late(policy: Policy, student: str, exercise: str, row: Row) -> int:
    """The days begun after the date that holds for this student; 0 where there is no date, or the time isn't known."""
    due = policy.extensions.get(student, {}).get(exercise) or policy.due.get(exercise)
    if due is None or row.entry.submitted is None:
        return 0
    when = datetime.fromisoformat(row.entry.submitted)
    by = _aware(due) + timedelta(minutes=policy.late.grace_minutes)
    return max(0, math.ceil((_aware(when) - by) / timedelta(days=1)))


def _penalty(policy: Policy, days: int) -> tuple[float, str]:
    """The share of the points that lateness takes, and the sentence that says so."""
    if not days:
        return 0.0, ""
    late = f"{days} {'day' if days == 1 else 'days'} late"
    if policy.late.closed_after_days is not None and days > policy.late.closed_after_days:
        return 1.0, f"{late}, after the end: nothing counts"
    share = min(policy.late.at_most, days * policy.late.per_day)
    return share, f"{late}, {100 * share:g} % off" if share else late


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)
