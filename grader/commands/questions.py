"""`grade questions`: for teachers and authors: how well short answers are graded, and tickets for a class."""

import csv
import io
import json
import os
import secrets
from pathlib import Path

import click

from grader.course import Course, find_course
from grader.faults import UsageError
from grader.questions.answers_file import blank, save
from grader.questions.model import QuestionSet
from grader.questions.rubrics import read_rubrics
from grader.questions.sheet import make_sheet, make_ticket, read_secret, secret_file
from grader.questions.short.evaluate import Evaluation, evaluate_file
from grader.render.text import clean
from grader.submission import ANSWERS

SHARES = ("credit_precision", "decided_accuracy", "coverage")


def evaluate(file: Path, as_json: bool, course_folder: Path | None) -> int:
    """Grade a labelled file, print how well that agrees with its labels, and return 0. Raises UsageError for another file."""
    try:
        found = evaluate_file(file, read_rubrics(find_course(course_folder)))
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{file} is no labelled file ({type(error).__name__}: {error}). It should be JSON with a list of answers, each "
            'with "question", "answer" and "gold": {key point: 0 or 1}; and "questions", where there is no rubric of them.'
        ) from None
    if as_json:
        print(json.dumps(found.as_json(), indent=1))
        return 0
    _print(found)
    return 0


def tickets(roster: Path, out: Path | None, sheets: Path | None, course_folder: Path | None) -> int:
    """Print each student's ticket, and write their sheets if asked to. Makes the course's secret where there is none."""
    course = find_course(course_folder)
    students = _students(roster)
    secret = _secret(course)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("student", "ticket"))
    for student in students:
        table.writerow((f"'{student}" if student[0] in "=+-@" else student, make_ticket(secret, student)))
        if sheets is not None:
            _write_sheets(course, student, make_ticket(secret, student), sheets)
    if out is None:
        print(text.getvalue(), end="")
    else:
        save(out, text.getvalue())
        click.echo(
            f"{len(students)} tickets in {out}. A student uses one with: grade quiz exercise_03 --student ID --ticket TICKET"
        )
    return 0


def _print(found: Evaluation) -> None:
    metrics = found.as_json()
    for name in SHARES:
        value = metrics[name]
        click.echo(f"{name.replace('_', ' '):17} {'–' if value is None else f'{value:.3f}'}")
    click.echo(f"{'junk credited':17} {metrics['junk_credited']}")
    click.echo(f"{metrics['answers']} answers, {metrics['keypoints']} key points: {metrics['credited']} credited, ", nl=False)
    click.echo(f"{metrics['not_detected']} not detected, {metrics['review']} left to a person")
    for one in found.disagreements:
        click.echo(f"  {clean(one.answer)} {one.keypoint}: {one.status}, labelled {one.label} (“{clean(one.words)}”)")


def _students(roster: Path) -> list[str]:
    """The ids of a CSV's first column, or of the one that is headed id or student; or one id a line."""
    try:
        rows = [row for row in csv.reader(io.StringIO(roster.read_text("utf-8-sig"))) if row and row[0].strip()]
    except OSError as error:
        raise UsageError(f"{roster} can't be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{roster} can't be read as CSV in UTF-8: {error}.") from None
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((head.index(name) for name in ("id", "student", "student_id", "username", "login") if name in head), None)
    cells = [row[column] if column < len(row) else "" for row in rows[1:]] if column is not None else [row[0] for row in rows]
    found = list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    if not found:
        raise UsageError(f"{roster} names no student: it should have a column called id, or one id a line.")
    return found


def _secret(course: Course) -> str:
    """The course's secret; made now where there is none."""
    path = secret_file(course)
    if not path.is_file():
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise UsageError(f"The course's secret can't be written to {path}: {error.strerror}.") from None
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        click.echo(f"A secret was made for this course: {path}. Keep it: with another one, everybody is asked anew.", err=True)
    return read_secret(course)


def _write_sheets(course: Course, student: str, ticket: str, folder: Path) -> None:
    """One student's files of answers, all blank. What is there is left as it is."""
    safe = "".join(c if c.isalnum() or c in "-_.@" else "_" for c in student).lstrip(".")
    if safe != student:  # two ids must not become one folder
        safe += f"_{ticket[:5]}"
    for name in course.names:
        questions = QuestionSet(course.exercise(name))
        path = folder / safe / name / ANSWERS
        if questions.questions and not path.exists():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(f"{path.parent} can't be made: {error.strerror}.") from None
            save(path, blank(make_sheet(questions, student, ticket)))
