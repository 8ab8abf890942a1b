"""`grade quiz exercise_03`: the concept questions, one at a time. Each answer is kept at once: one can leave, and go on."""

import os
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from grader.commands.own import is_own, own_folder
from grader.course import Exercise, find_course
from grader.faults import UsageError
from grader.progress import Progress
from grader.questions.answers import read_answers
from grader.questions.answers_file import blank, fill, save
from grader.questions.grade import QuestionGrader
from grader.questions.marking import in_words, tidy
from grader.questions.model import Question, QuestionSet
from grader.questions.reply import Given, Reply, understand
from grader.questions.sheet import Sheet, make_sheet, make_ticket
from grader.render.text import clean, width
from grader.report import QuestionReport
from grader.submission import ANSWERS

ASK = {
    "single": "Your answer, a letter: ",
    "several": "Your answer, all letters that are true, such as a c: ",
    "number": "Your answer, a number: ",
    "order": "Your answer, all letters in order, such as b a c: ",
    "output": "It prints: ",
    "short": "Your answer, on as many lines as you like; an empty line ends it:\n",
}
SIGNS = {"correct": "Right.", "partial": "Partly right.", "incorrect": "Not yet.", "needs_review": "Noted."}


class Left(Exception):
    """The learner leaves, for now."""


@dataclass
class Quiz:
    """One exercise's questions, as they are asked in a terminal."""

    sheet: Sheet
    grader: QuestionGrader
    path: Path

    def ask_all(self, again: bool) -> None:
        """Ask what is still to be answered; if `again`, also what isn't right yet."""
        reports = self.reports()
        to_ask = [n for n, report in enumerate(reports) if report.status == "unanswered" or (again and _to_mend(report))]
        done = len(reports) - len(to_ask)
        _say(f"Exercise {self.sheet.exercise.rpartition('_')[2]} · {self.sheet.title}: {_count(len(reports))}.", bold=True)
        if done and to_ask:
            _say(f"{done} of them {'is' if done == 1 else 'are'} answered already.")
        if to_ask:
            _say("Enter alone leaves a question for later; q leaves the quiz. What you have answered is kept.")
        for number in to_ask:
            self._ask(number)

    def reports(self) -> tuple[QuestionReport, ...]:
        """How each question stands, as far as that can be said here."""
        content = self.path.read_bytes()
        if self.grader.questions.has_key:
            return self.grader.grade(content, self.sheet.student).questions
        given = read_answers(content).given
        return tuple(
            _unmarked(asked.question, understand(asked.question, given.get(asked.question.id))) for asked in self.sheet.asked
        )

    def _ask(self, number: int) -> None:
        question = self.sheet.asked[number].question
        click.echo()
        _say(f"Question {number + 1} of {len(self.sheet.asked)} ({_points(question.points)})", bold=True)
        for line in _shown(question):
            click.echo(line)
        click.echo()
        while (reply := _reply(question)) is not None:
            save(self.path, fill(self.path.read_text("utf-8"), {question.id: reply}))
            if question.choices:
                for chosen in in_words(question, reply).split("\n"):
                    _say(chosen, "  ")
            if not self._judged(number):
                return

    def _judged(self, number: int) -> bool:
        """Say what the answer is worth, where that can be said; whether another one is wanted."""
        report = self.reports()[number]
        if not self.grader.questions.has_key:
            _say("Noted.")
            return False
        _say(f"{SIGNS[report.status]} {report.feedback}", bold=report.status == "correct")
        for point in report.keypoints:
            sign = {"credited": "[x]", "review": "[?]", "not_detected": "[ ]"}[point.status]
            _say(f"{sign} {point.text}" + (f" (“{clean(point.words)}”)" if point.words else ""), "  ", "      ")
        if report.status in ("correct", "needs_review"):
            _say(report.explanation, "  ")
            return False
        chosen = _line("Again (a), the explanation (e), or on to the next (Enter)? ").lower()
        if chosen.startswith("e"):
            key = self.grader.questions.key[report.id]
            _say(tidy(key.explanation), "  ")
        return chosen.startswith("a")


def quiz(name: str | None, again: bool, student: str, ticket: str, course_folder: Path | None) -> int:
    """Ask, keep the answers in the learner's answers.toml, and return 0. Raises UsageError where they can't be kept."""
    course = find_course(course_folder)
    name = name or Progress(course).last
    if name is None:
        raise UsageError("The questions of which exercise? For instance: grade quiz exercise_03")
    exercise = course.exercise(name)
    questions = QuestionSet(exercise)
    if not questions.questions:
        raise UsageError(f"{exercise.name} has no questions.")
    folder = own_folder(exercise)
    if not is_own(folder, exercise):
        raise UsageError(f"To keep your answers, begin the exercise here first: grade start {exercise.name}")
    path = folder / ANSWERS
    sheet = _sheet(questions, path, student, ticket)
    asked = Quiz(sheet, QuestionGrader(questions), path)
    try:
        asked.ask_all(again)
    except Left:
        click.echo()
        _say(f"Left for now. Your answers so far are in {_place(path)}; go on with: grade quiz {exercise.name}")
        return 0
    _sum_up(asked, exercise)
    return 0


def _sheet(questions: QuestionSet, path: Path, student: str, ticket: str) -> Sheet:
    """The sheet that the file is for. The file is made where there is none, and anew, with a copy kept, for another draw."""
    kept = read_answers(path.read_bytes()) if path.is_file() else None
    for note in kept.notes if kept else ():
        raise UsageError(f"{note} Nothing was changed: mend it first, or move {_place(path)} away.")
    if kept is not None and (not student or make_ticket("", student) == make_ticket("", kept.student)):
        student, ticket = student or kept.student, ticket or kept.ticket
    sheet = make_sheet(questions, student, ticket)
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
            _say(f"These are other numbers than before; what you had is kept in {_place(_put_aside(path))}.")
        save(path, fill(blank(sheet), answers))
    return sheet


def _put_aside(path: Path) -> Path:
    """Keep a copy under a name that is free."""
    number = next(n for n in range(1, 10_000) if not path.with_name(f"{path.stem}.{n}{path.suffix}").exists())
    copy = path.with_name(f"{path.stem}.{number}{path.suffix}")
    try:
        copy.write_bytes(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{copy} can't be written: {error.strerror}. Nothing was changed.") from None
    return copy


def _sum_up(asked: Quiz, exercise: Exercise) -> None:
    reports = asked.reports()
    left = sum(report.status == "unanswered" for report in reports)
    click.echo()
    if left:
        _say(f"{_count(left)} still to be answered: grade quiz {exercise.name}")
    if not asked.grader.questions.has_key:
        _say(f"Your answers are in {_place(asked.path)}: hand it in with your train.py.")
        return
    waiting = sum(report.status == "needs_review" for report in reports)
    decided = [report for report in reports if report.status != "needs_review"]
    points, of = sum(report.points for report in decided), sum(report.max_points for report in decided)
    more = f" {_count(waiting)} can't be marked by a machine alone: compare with the model answer." if waiting else ""
    _say(f"{points:g} of {_points(of)}.{more}", bold=True)
    if any(_to_mend(report) for report in reports):
        _say(f"What isn't right yet is asked again by: grade quiz {exercise.name} --again")
    _say(f"Your answers are in {_place(asked.path)}.")


def _unmarked(question: Question, given: Given) -> QuestionReport:
    status: Literal["needs_review", "unanswered"] = "needs_review" if given.reply is not None else "unanswered"
    return QuestionReport(id=question.id, kind=question.kind, status=status, points=0, max_points=question.points)


def _to_mend(report: QuestionReport) -> bool:
    return report.status in ("incorrect", "partial")


def _reply(question: Question) -> Reply | None:
    """What the learner answers, asked for until it can be taken; None to leave it for later."""
    while True:
        text = _lines() if question.kind == "short" else _line(ASK[question.kind])
        given = understand(question, text)
        if given.reply is not None or not given.trouble:
            return given.reply
        _say(f"{given.trouble[:1].upper()}{given.trouble[1:]}.")


def _lines() -> str:
    """Lines until an empty one."""
    rows = [_line(ASK["short"])]
    while rows[-1].strip():
        rows.append(_line("", leave=False))
    return "\n".join(rows).strip()


def _line(prompt: str, leave: bool = True) -> str:
    """One line of the learner's. Raises Left at the end of the input, for Ctrl-C, and for q."""
    try:
        line = input(prompt)
    except (EOFError, KeyboardInterrupt):
        raise Left from None
    if leave and line.strip().lower() in ("q", "quit", "exit"):
        raise Left
    return line.encode("utf-8", "replace").decode()


def _shown(question: Question) -> Iterator[str]:
    """The question as it stands in the terminal."""
    yield from _wrapped(question.prompt)
    if question.code:
        yield from ("", *(f"    {row}" for row in question.code.split("\n")))
    if question.choices:
        yield ""
        for letter, text in zip("abcdefghijklmnop", question.choices.values(), strict=False):
            yield from _wrapped(text, f"  {letter}) ", "     ")


def _wrapped(text: str, first: str = "", then: str | None = None) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        width(),
        initial_indent=first,
        subsequent_indent=first if then is None else then,
        break_on_hyphens=False,
    )


def _say(text: str, first: str = "", then: str | None = None, *, bold: bool = False) -> None:
    for line in _wrapped(text, first, then):
        click.secho(line, bold=bold)


def _count(number: int) -> str:
    return f"{number} {'question' if number == 1 else 'questions'}"


def _points(points: float) -> str:
    return f"{points:g} {'point' if points == 1 else 'points'}"


def _place(path: Path) -> str:
    """A path as it is typed from here."""
    return clean(os.path.relpath(path))
