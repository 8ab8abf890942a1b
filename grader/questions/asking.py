"""A learner's questions while they are answered, one at a time: each answer is kept in `answers.toml` at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.faults import UsageError
from grader.questions.answers import read_answers
from grader.questions.answers_file import blank, fill, save
from grader.questions.grade import QuestionGrader
from grader.questions.model import Question, QuestionSet
from grader.questions.reply import Given, Reply, understand
from grader.questions.sheet import Sheet, make_sheet, make_ticket
from grader.report import QuestionReport

SIGNS = {"correct": "Right.", "partial": "Partly right.", "incorrect": "Not yet.", "needs_review": "Noted."}
POINTS = {"credited": "[x]", "review": "[?]", "not_detected": "[ ]"}  # of a short answer


@dataclass(frozen=True)
class Asking:
    """One exercise's questions, and where the answers are kept.

    Attributes:
        aside: where a copy of earlier answers is, if those were answers to other numbers.
    """

    sheet: Sheet
    grader: QuestionGrader
    path: Path
    aside: Path | None = None

    @property
    def has_key(self) -> bool:
        """Whether it can be said here what is right."""
        return self.grader.questions.has_key

    def given(self) -> dict[str, Given]:
        """What is answered so far, as it was understood, by the question's id."""
        kept = read_answers(self.path.read_bytes()).given
        return {asked.question.id: understand(asked.question, kept.get(asked.question.id)) for asked in self.sheet.asked}

    def reports(self) -> tuple[QuestionReport, ...]:
        """How each question stands, as far as that can be said here."""
        if self.has_key:
            return self.grader.grade(self.path.read_bytes(), self.sheet.student).questions
        given = self.given()
        return tuple(_unmarked(asked.question, given[asked.question.id]) for asked in self.sheet.asked)

    def still(self, again: bool) -> list[int]:
        """The numbers of those to ask: what isn't answered; if `again`, also what isn't right yet."""
        reports = self.reports()
        return [n for n, report in enumerate(reports) if report.status == "unanswered" or (again and to_mend(report))]

    def keep(self, number: int, reply: Reply) -> QuestionReport:
        """Keep an answer, and return how its question stands then. Raises UsageError where it can't be kept."""
        save(self.path, fill(self.path.read_text("utf-8"), {self.sheet.asked[number].question.id: reply}))
        return self.reports()[number]


def begin_asking(questions: QuestionSet, path: Path, student: str = "", ticket: str = "") -> Asking:
    """Ask for the answers in the file at `path`; it is made where there is none, and anew, with a copy kept, for another draw.

    Raises:
        UsageError: the file can't be read or written; nothing was changed.
    """
    kept = read_answers(path.read_bytes()) if path.is_file() else None
    for note in kept.notes if kept else ():
        raise UsageError(f"{note} Nothing was changed: mend it first, or move {path} away.")
    if kept is not None and (not student or make_ticket("", student) == make_ticket("", kept.student)):
        student, ticket = student or kept.student, ticket or kept.ticket
    sheet = make_sheet(questions, student, ticket)
    aside = None
    if kept is None:
        save(path, blank(sheet))
    elif (kept.student, kept.sheet) != (student, sheet.digest):
        # What was drawn is another now: those answers are answers to other numbers. The others stay.
        stay = {asked.question.id: understand(asked.question, kept.given.get(asked.question.id)) for asked in sheet.asked}
        drawn = (
            {asked.question.id for asked in sheet.asked if asked.variant is not None} if kept.sheet != sheet.digest else set()
        )
        answers = {id: given.reply for id, given in stay.items() if given.reply is not None and id not in drawn}
        if kept.given.keys() and any(kept.given.values()):
            aside = _put_aside(path)
        save(path, fill(blank(sheet), answers))
    return Asking(sheet, QuestionGrader(questions), path, aside)


def to_mend(report: QuestionReport) -> bool:
    """Whether another answer would be worth more."""
    return report.status in ("incorrect", "partial")


def standing(reports: tuple[QuestionReport, ...]) -> Iterator[str]:
    """What is earned so far, in sentences."""
    waiting = sum(report.status == "needs_review" for report in reports)
    decided = [report for report in reports if report.status != "needs_review"]
    points, of = sum(report.points for report in decided), sum(report.max_points for report in decided)
    yield f"{points:g} of {in_points(of)}."
    if waiting:
        yield f"{in_questions(waiting)} can't be marked by a machine alone: compare with the model answer."


def in_questions(number: int) -> str:
    """1 question, 2 questions."""
    return f"{number} {'question' if number == 1 else 'questions'}"


def in_points(points: float) -> str:
    """1 point, 2 points, 0.5 points."""
    return f"{points:g} {'point' if points == 1 else 'points'}"


def _put_aside(path: Path) -> Path:
    """Keep a copy under a name that is free."""
    number = next(n for n in range(1, 10_000) if not path.with_name(f"{path.stem}.{n}{path.suffix}").exists())
    copy = path.with_name(f"{path.stem}.{number}{path.suffix}")
    try:
        copy.write_bytes(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{copy} can't be written: {error.strerror}. Nothing was changed.") from None
    return copy


def _unmarked(question: Question, given: Given) -> QuestionReport:
    status: Literal["needs_review", "unanswered"] = "needs_review" if given.reply is not None else "unanswered"
    return QuestionReport(id=question.id, kind=question.kind, status=status, points=0, max_points=question.points)
