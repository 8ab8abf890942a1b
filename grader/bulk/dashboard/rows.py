"""What the dashboard is made from: one frozen row for each student and exercise."""

import math
import re
from dataclasses import dataclass, field
from typing import Literal

from grader.report import Report

State = Literal["graded", "needs_review", "grader_fault", "missing", "excused"]
Verdict = Literal["passed", "failed", "ungradable"]

# Relative, and of harmless characters: no scheme, no query, no way out of the folder.
_LINK = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_MOST_GIVEN = 60


@dataclass(frozen=True, slots=True)
class Check:
    """How one hidden check went."""

    id: str
    title: str
    status: Literal["passed", "failed", "skipped"]
    points: float
    max_points: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A mistake that explains the run; "unknown" is an id, too."""

    id: str
    title: str
    confidence: Literal["certain", "likely"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one concept question.

    Attributes:
        chosen: ids of the options that were ticked, or of the lines in their order; empty for other kinds.
        given: a number or a printed output, as it was written; never a short answer's text.
        misconceptions: what a wrong answer stands for, ids of the catalogue.
    """

    id: str
    kind: str
    status: Literal["correct", "partial", "incorrect", "needs_review", "unanswered"]
    points: float
    max_points: float
    chosen: tuple[str, ...] = ()
    given: str = ""
    misconceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionText:
    """What only the course knows of a question: its words, its right choices, and its options' texts, by id."""

    prompt: str = ""
    right: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """The submission of one student for one exercise that counts, or the fact that none does.

    Attributes:
        name: to be shown; never part of an address.
        score: the points that count, after the policy; None where there are none. With state "missing", 0 or None, as the
            policy has it.
        state: "needs_review" where a person has still to look, so that the score may rise.
        tries: how many were handed in.
        link: where the report lies, relative to the dashboard, by a name that tells nothing of the student; empty for none.
        fault: why the grader itself failed, in a sentence.

    Raises ValueError for what can't be: a number that isn't finite, a link that leads elsewhere, points for a submission that
    the grader failed on or that is excused, and a graded one without points or verdict.
    """

    student: str
    name: str
    exercise: str
    score: float | None
    max_score: float
    verdict: Verdict | None
    state: State
    late: bool = False
    tries: int = 1
    checks: tuple[Check, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    answers: tuple[Answer, ...] = ()
    link: str = ""
    fault: str = ""

    def __post_init__(self) -> None:
        """Refuse what can't be, here rather than as a wrong mean or a broken page."""
        where = f"The row of {self.student!r} for {self.exercise!r}"
        numbers = [self.max_score] if self.score is None else [self.score, self.max_score]
        numbers += [n for part in (self.checks, self.answers) for one in part for n in (one.points, one.max_points)]
        if not all(map(math.isfinite, numbers)):
            raise ValueError(f"{where} has a number that isn't finite.")
        if self.max_score < 0 or any(one.max_points < 0 for part in (self.checks, self.answers) for one in part):
            raise ValueError(f"{where} has a maximum below 0.")
        if self.state in ("grader_fault", "excused") and self.score is not None:
            raise ValueError(f"{where} is {self.state.replace('_', ' ')}: it can have no score, not even 0.")
        if self.judged and (self.score is None or self.verdict is None):
            raise ValueError(f"{where} is {self.state.replace('_', ' ')}, and has no score or no verdict.")
        if self.link and not _LINK.fullmatch(self.link):
            raise ValueError(
                f"{where} has the link {self.link!r}: it must be a relative path of letters, digits and ._-/ alone."
            )

    @property
    def judged(self) -> bool:
        """Whether there is a verdict that says something of the student's work."""
        return self.state in ("graded", "needs_review")

    @property
    def waits(self) -> bool:
        """Whether a person has still to look at something."""
        return self.state == "needs_review" or (self.judged and any(one.status == "needs_review" for one in self.answers))

    @property
    def share(self) -> float | None:
        """The score as a share of the most that it can be; None where nothing can be earned."""
        return self.score / self.max_score if self.score is not None and self.max_score > 0 else None


def row_of(
    report: Report,
    student: str,
    name: str,
    *,
    score: float | None = None,
    max_score: float | None = None,
    late: bool = False,
    tries: int = 1,
    link: str = "",
) -> Row:
    """The row of a report. `score` and `max_score` are what counts after the policy; without them, the report's own."""
    answers = tuple(
        Answer(
            id=one.id,
            kind=one.kind,
            status=one.status,
            points=one.points,
            max_points=one.max_points,
            chosen=one.chosen,
            given=one.given[:_MOST_GIVEN] if one.kind in ("number", "output") else "",
            misconceptions=one.misconceptions,
        )
        for one in report.questions
    )
    return Row(
        student=student,
        name=name,
        exercise=report.exercise,
        score=report.score if score is None else score,
        max_score=report.max_score if max_score is None else max_score,
        verdict=report.verdict,
        state="needs_review" if any(one.status == "needs_review" for one in answers) else "graded",
        late=late,
        tries=tries,
        checks=tuple(Check(c.id, c.title, c.status, c.points, c.max_points) for c in report.checks),
        diagnoses=tuple(Diagnosis(d.id, d.title, d.confidence) for d in report.diagnoses),
        answers=answers,
        link=link,
    )
