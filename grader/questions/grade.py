"""Grades a file of answers: draws the student's sheet, understands each answer, marks it. Needs no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.faults import GraderFault
from grader.questions.answers import Answers, Note, read_answers, unknown_ids
from grader.questions.marking import about, mark
from grader.questions.model import QuestionSet
from grader.questions.open import mark_short
from grader.questions.reply import understand
from grader.questions.rubrics import read_rubrics
from grader.questions.sheet import Asked, Sheet, make_sheet, make_ticket, read_secret
from grader.questions.short import Rubric
from grader.questions.short.decisions import Decision, read_decisions
from grader.released import released
from grader.report import QuestionReport, QuestionScore

DECISIONS = "decisions.jsonl"  # beside what judges: what reviewers have decided so far
MOST_NOTES = 20


@dataclass(frozen=True)
class Graded:
    """What came of a file of answers."""

    questions: tuple[QuestionReport, ...] = ()
    score: QuestionScore | None = None
    notes: tuple[str, ...] = ()
    student: str = ""


class QuestionGrader:
    """Grades answers to the questions of one exercise. What all students share is read once."""

    def __init__(self, questions: QuestionSet) -> None:
        """Nothing is read yet."""
        self.questions = questions

    def grade(self, content: bytes | None, student: str = "", trouble: str = "") -> Graded:
        """Grade a file of answers, as bytes; None where there is none.

        Args:
            student: whose it is, as far as the grader knows; else the file's own word counts.
            trouble: why a file that is there couldn't be taken.

        Raises:
            GraderFault: the course's own files are faulty.
        """
        if not self.questions.questions:
            return Graded()
        answers = read_answers(content) if content is not None else Answers()
        sheet, notes = self._sheet(answers, student)
        if answers.sheet and answers.sheet != sheet.digest:
            for earlier in self._earlier:
                if earlier._sheet(answers, student)[0].digest == answers.sheet:
                    return earlier.grade(content, student, trouble)
        notes += [*answers.notes, *unknown_ids(answers, tuple(asked.question.id for asked in sheet.asked))]
        reports = tuple(self._question(asked, answers, sheet, notes) for asked in sheet.asked)
        said = [trouble] if trouble else []
        said += [str(note) for note in sorted(notes, key=lambda note: note.line or 0)]
        if len(said) > MOST_NOTES:
            said[MOST_NOTES:] = [f"… and {len(said) - MOST_NOTES} more."]
        answered = any(report.status != "unanswered" for report in reports)
        return Graded(reports, score_of(reports) if answered else None, tuple(said), sheet.student)

    @cached_property
    def rubrics(self) -> dict[str, Rubric]:
        """Those of the whole course: only read where there is a short answer."""
        return read_rubrics(self.questions.exercise.course)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """What reviewers have decided so far."""
        return read_decisions(self.questions.exercise.course.root / "tests" / DECISIONS)

    @cached_property
    def _earlier(self) -> tuple["QuestionGrader", ...]:
        """What judges the questions of earlier releases; the rubrics, the secret and the decisions are today's."""
        exercise = self.questions.exercise
        sets = (QuestionSet(exercise, root) for root in released(exercise.course))
        return tuple(QuestionGrader(questions) for questions in sets if questions.questions and questions.has_key)

    @cached_property
    def _secret(self) -> str:
        return read_secret(self.questions.exercise.course)

    def _sheet(self, answers: Answers, student: str) -> tuple[Sheet, list[Note]]:
        """The sheet that this student should have answered, and what there is to say about whose it is."""
        exercise, notes = self.questions.exercise, []
        if answers.exercise and answers.exercise != exercise.name:
            notes.append(
                Note(answers.lines.get("exercise"), f"these are answers to {answers.exercise}, not to {exercise.name}.")
            )
        own = not student or not answers.student or make_ticket("", student) == make_ticket("", answers.student)
        if not own:
            said = f"it was written for {answers.student}, and handed in by {student}."
            notes.append(Note(answers.lines.get("student"), said))
        student = student or answers.student
        ticket = make_ticket(self._secret, student) if self._secret and student else answers.ticket if own else ""
        if own and answers.ticket and ticket != answers.ticket:
            notes.append(Note(answers.lines.get("ticket"), f"this is not the ticket of {student}."))
        return make_sheet(self.questions, student, ticket), notes

    def _question(self, asked: Asked, answers: Answers, sheet: Sheet, notes: list[Note]) -> QuestionReport:
        """One question's report; what isn't as it should be is added to the notes."""
        question = asked.question
        given = understand(question, answers.given.get(question.id))
        line = answers.lines.get(question.id)
        if given.reply is None:
            if given.trouble:
                notes.append(Note(line, f"the answer to “{question.id}” can't be taken: {given.trouble}."))
            said = f"Not counted: {given.trouble}." if given.trouble else ""
            return QuestionReport.model_validate({**about(question), "status": "unanswered", "points": 0.0, "feedback": said})
        if asked.variant is not None and answers.sheet and answers.sheet != sheet.digest:
            said = (
                "This answer was written to other numbers than those that were drawn for you, so that it can't be marked here. "
                "A person will look at it."
            )
            unmarked = {"status": "needs_review", "points": 0.0, "high": question.points, "feedback": said}
            return QuestionReport.model_validate({**about(question), **unmarked, "given": str(answers.given[question.id])})
        key = self.questions.key[question.id]
        if question.kind == "short":
            name = key.rubric or question.id
            if name not in self.rubrics:
                raise GraderFault(f"The short answer {question.id} of {self.questions.exercise.name} has no rubric {name}.")
            return mark_short(question, key, self.rubrics[name], str(given.reply), self.decisions)
        values = self.questions.values[question.id][asked.variant] if asked.variant is not None else {}
        return mark(question, key, values, given.reply)


def score_of(reports: Sequence[QuestionReport]) -> QuestionScore:
    """The sum. What waits for a person is kept out of it."""
    waiting = [report for report in reports if report.status == "needs_review"]
    decided = [report for report in reports if report.status != "needs_review"]
    return QuestionScore(
        points=round(sum(report.points for report in decided), 2),
        max_points=sum(report.max_points for report in decided),
        open=len(waiting),
        open_points=sum(report.max_points for report in waiting),
    )
