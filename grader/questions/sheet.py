"""What one student is asked: numbers, and the order of options, drawn from the student's id and the course's secret.

    ticket = HMAC-SHA256(the course's secret, the student's id)
    draw   = HMAC-SHA256(the ticket, exercise / question / what is drawn)

So neighbours get different questions and a regrade gets the same, and nobody without the secret can work out a neighbour's
ticket. A student who is given the ticket needs no secret. Without a secret, as for somebody who learns alone, the key is empty.
"""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.course import Course, read_text
from grader.faults import GraderFault
from grader.questions.model import Question, QuestionSet, Shown

SECRET = "secret"  # the file beside what judges; it is in no repository, and in no edition of the course


@dataclass(frozen=True)
class Asked:
    """One question as one student sees it: nothing of it is still to be drawn.

    Attributes:
        question: with the numbers in its texts, and its options or lines in the order in which they are shown.
        variant: which of the drawn ones it is; None where nothing is drawn.
    """

    question: Question
    variant: int | None


@dataclass(frozen=True)
class Sheet:
    """All questions of an exercise, as one student sees them."""

    exercise: str
    title: str
    student: str
    ticket: str
    asked: tuple[Asked, ...]

    @cached_property
    def digest(self) -> str:
        """Tells this draw from any other: kept in the answers, it shows whether they are to these very numbers."""
        drawn = [f"{a.question.id}\0{a.question.prompt}\0{a.question.code}" for a in self.asked if a.variant is not None]
        return hashlib.sha256("\1".join([self.exercise, *drawn]).encode()).hexdigest()[:8]

    def of(self, question: str) -> Asked | None:
        """The question of this id, if there is one."""
        return next((asked for asked in self.asked if asked.question.id == question), None)


def make_sheet(questions: QuestionSet, student: str = "", ticket: str = "") -> Sheet:
    """Draw the sheet of a student. Raises GraderFault where the course's variants don't fit its questions."""
    exercise = questions.exercise
    ticket = ticket or make_ticket("", student)
    asked = tuple(
        _draw(question, questions.shown.get(question.id, ()), exercise.name, ticket) for question in questions.questions
    )
    return Sheet(exercise.name, exercise.about.title, student, ticket, asked)


def make_ticket(secret: str, student: str) -> str:
    """Thirteen letters and digits, which stand for the student in all draws."""
    known = unicodedata.normalize("NFKC", student).strip().casefold()
    return base64.b32encode(_mac(secret.encode(), known)[:8]).decode().rstrip("=").lower()


def read_secret(course: Course) -> str:
    """The course's secret; empty where it has none."""
    path = secret_file(course)
    return read_text(path).strip() if path.is_file() else ""


def secret_file(course: Course) -> Path:
    """Where the secret is kept."""
    return course.root / "tests" / SECRET


def _draw(question: Question, variants: tuple[Shown, ...], exercise: str, ticket: str) -> Asked:
    """One question with its numbers in place, and what can be chosen in this student's order."""
    place = f"{exercise}/{question.id}"
    variant = int.from_bytes(_mac(ticket.encode(), f"{place}/variant")) % len(variants) if variants else None
    shown: Shown = variants[variant] if variant is not None else {}

    def in_order(texts: dict[str, str]) -> dict[str, str]:
        ids = sorted(texts, key=lambda id: _mac(ticket.encode(), f"{place}/order/{id}"))
        return {id: texts[id].format(**shown) for id in ids}

    try:
        filled = {
            "prompt": " ".join(question.prompt.format(**shown).split()),
            "code": question.code.format(**shown).strip("\n"),
            "options": in_order(question.options),
            "lines": in_order(question.lines),
        }
    except (KeyError, IndexError, ValueError) as error:
        raise GraderFault(
            f"Question {question.id} of {exercise} can't be drawn: {error!r} is not among what is shown."
        ) from None
    return Asked(question.model_copy(update=filled), variant)


def _mac(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), "sha256")
