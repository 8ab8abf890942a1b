"""`grade quiz exercise_03`: the concept questions, one at a time. Each answer is kept at once: one can leave, and go on."""

import os
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from grader.commands.own import is_own, own_folder
from grader.course import Exercise, find_course
from grader.faults import UsageError
from grader.progress import Progress
from grader.questions.asking import POINTS, SIGNS, Asking, begin_asking, in_points, in_questions, standing, to_mend
from grader.questions.marking import in_words, tidy
from grader.questions.model import Question, QuestionSet
from grader.questions.reply import Reply, understand
from grader.render.text import clean, spoken, width
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


class Left(Exception):
    """The learner leaves, for now."""


@dataclass
class Quiz:
    """One exercise's questions, as they are asked in a terminal."""

    asking: Asking

    def ask_all(self, again: bool) -> None:
        """Ask what is still to be answered; if `again`, also what isn't right yet."""
        sheet, to_ask = self.asking.sheet, self.asking.still(again)
        done = len(sheet.asked) - len(to_ask)
        _say(f"{spoken(sheet.exercise)} · {sheet.title}: {in_questions(len(sheet.asked))}.", bold=True)
        if done and to_ask:
            _say(f"{done} of them {'is' if done == 1 else 'are'} answered already.")
        if to_ask:
            _say("Enter alone leaves a question for later; q leaves the quiz. What you have answered is kept.")
        for number in to_ask:
            self._ask(number)

    def _ask(self, number: int) -> None:
        asked = self.asking.sheet.asked
        question = asked[number].question
        click.echo()
        _say(f"Question {number + 1} of {len(asked)} ({in_points(question.points)})", bold=True)
        for line in _shown(question):
            click.echo(line)
        click.echo()
        while (reply := _reply(question)) is not None:
            report = self.asking.keep(number, reply)
            if question.choices:
                for chosen in in_words(question, reply).split("\n"):
                    _say(chosen, "  ")
            if not self._judged(report):
                return

    def _judged(self, report: QuestionReport) -> bool:
        """Say what the answer is worth, where that can be said; whether another one is wanted."""
        if not self.asking.has_key:
            _say("Noted.")
            return False
        _say(f"{SIGNS[report.status]} {report.feedback}", bold=report.status == "correct")
        for point in report.keypoints:
            _say(f"{POINTS[point.status]} {point.text}" + (f" (“{clean(point.words)}”)" if point.words else ""), "  ", "      ")
        if report.status in ("correct", "needs_review"):
            _say(report.explanation, "  ")
            return False
        chosen = _line("Again (a), the explanation (e), or on to the next (Enter)? ").lower()
        if chosen.startswith("e"):
            key = self.asking.grader.questions.key[report.id]
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
    asking = begin_asking(questions, folder / ANSWERS, student, ticket)
    if asking.aside:
        _say(f"These are other numbers than before; what you had is kept in {_place(asking.aside)}.")
    try:
        Quiz(asking).ask_all(again)
    except Left:
        click.echo()
        _say(f"Left for now. Your answers so far are in {_place(asking.path)}; go on with: grade quiz {exercise.name}")
        return 0
    _sum_up(asking, exercise)
    return 0


def _sum_up(asking: Asking, exercise: Exercise) -> None:
    reports = asking.reports()
    left = sum(report.status == "unanswered" for report in reports)
    click.echo()
    if left:
        _say(f"{in_questions(left)} still to be answered: grade quiz {exercise.name}")
    if not asking.has_key:
        _say(f"Your answers are in {_place(asking.path)}: hand it in with your train.py.")
        return
    _say(" ".join(standing(reports)), bold=True)
    if any(map(to_mend, reports)):
        _say(f"What isn't right yet is asked again by: grade quiz {exercise.name} --again")
    _say(f"Your answers are in {_place(asking.path)}.")


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


def _place(path: Path) -> str:
    """A path as it is typed from here."""
    return clean(os.path.relpath(path))
