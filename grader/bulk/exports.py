"""The files that leave: CSV for people and platforms, JUnit XML, JSON lines. Written as marks come, however many there are.

Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers are numbers, with a point, everywhere.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Protocol
from xml.sax.saxutils import escape, quoteattr

from grader.bulk.policy import Mark
from grader.report import Report

FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Writer(Protocol):
    """One file under way."""

    def student(self, marks: Sequence[Mark]) -> None:
        """Take all marks of one student."""

    def end(self) -> None:
        """Write what belongs at the end."""


def write_exports(students: Iterable[Sequence[Mark]], out: Path, exercises: dict[str, float], columns: Sequence[str]) -> None:
    """Write all files to a folder, one student after another.

    Args:
        exercises: the most points of each, by name.
        columns: of checks and questions, as in check:runs and question:gorge.

    Raises:
        OSError: one can't be written.
    """
    with ExitStack() as files:

        def opened(name: str, encoding: str = "utf-8") -> IO[str]:
            return files.enter_context((out / name).open("w", encoding=encoding, errors="replace", newline=""))

        writers: list[Writer] = [
            Grades(opened("grades.csv", "utf-8-sig"), columns),  # Excel takes UTF-8 without its mark for something else
            Canvas(opened("canvas.csv"), exercises),
            Moodle(opened("moodle.csv"), exercises),
            Nbgrader(opened("nbgrader.csv")),
            JUnit(opened("junit.xml")),
            JsonLines(opened("reports.jsonl")),
        ]
        for marks in students:
            for writer in writers:
                writer.student(marks)
        for writer in writers:
            writer.end()


def by_student(marks: Iterable[Mark]) -> Iterator[list[Mark]]:
    """The marks of each student together; they come so."""
    for _, same in groupby(marks, key=lambda one: one.student.id):
        yield list(same)


class _Table:
    def __init__(self, file: IO[str], head: Sequence[str]) -> None:
        self._csv = csv.writer(file, lineterminator="\r\n")  # as RFC 4180 has it
        self._csv.writerow([cell(name) for name in head])

    def row(self, *cells: object) -> None:
        self._csv.writerow([cell(one) for one in cells])

    def end(self) -> None:
        """Nothing comes behind a table."""


class Grades(_Table):
    """grades.csv: a row for each student and exercise, and a column for each check and question.

    It is long, and not wide, so that exercises with other checks need no other columns, and any program can pivot it.
    """

    HEAD = (
        "student",
        "name",
        "email",
        "exercise",
        "score",
        "max_score",
        "state",
        "verdict",
        "late",
        "tries",
        "why",
        "mistakes",
    )

    def __init__(self, file: IO[str], columns: Sequence[str]) -> None:
        """Write the headings."""
        super().__init__(file, (*self.HEAD, *columns))
        self._columns = columns

    def student(self, marks: Sequence[Mark]) -> None:
        """A row for each mark."""
        for one in marks:
            who, report = one.student, one.report
            mistakes = "; ".join(diagnosis.id for diagnosis in report.diagnoses) if report else ""
            parts = points_of(report) if report else {}
            verdict = report.verdict if report else ""
            fixed = (who.id, who.name, who.email, one.exercise, one.score, one.max_score, one.state, verdict)
            rest = ("late" if one.late else "", one.tries, one.why, mistakes)
            self.row(*fixed, *rest, *(parts.get(name) for name in self._columns))


class Canvas(_Table):
    """canvas.csv, as Canvas's gradebook import takes it: blank is no score, EX is excused."""

    def __init__(self, file: IO[str], exercises: dict[str, float]) -> None:
        """Write the headings."""
        super().__init__(file, ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", *exercises))
        self.row("    Points Possible", "", "", "", "", *exercises.values())
        self._exercises = tuple(exercises)

    def student(self, marks: Sequence[Mark]) -> None:
        """One row."""
        who, scores = marks[0].student, {one.exercise: "EX" if one.state == "excused" else one.score for one in marks}
        ids = dict(who.ids)
        login = ids.get("sis login id") or ids.get("login") or who.id
        known = (who.name or who.id, ids.get("canvas id", ""), ids.get("sis user id", ""), login, ids.get("section", ""))
        self.row(*known, *(scores.get(name) for name in self._exercises))


class Moodle(_Table):
    """moodle.csv, for Moodle's grade import: known by user name, id number or e-mail; scores are numbers or blank."""

    def __init__(self, file: IO[str], exercises: dict[str, float]) -> None:
        """Write the headings."""
        super().__init__(file, ("username", "useridnumber", "useremail", *exercises))
        self._exercises = tuple(exercises)

    def student(self, marks: Sequence[Mark]) -> None:
        """One row."""
        who, scores = marks[0].student, {one.exercise: one.score for one in marks}
        ids = dict(who.ids)
        name, number = ids.get("username") or who.id, ids.get("useridnumber") or ids.get("idnumber") or who.id
        self.row(name, number, who.email, *(scores.get(exercise) for exercise in self._exercises))


class Nbgrader(_Table):
    """nbgrader.csv, with nbgrader's own columns."""

    HEAD = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email")
    POINTS = ("raw_score", "late_submission_penalty", "score", "max_score")

    def __init__(self, file: IO[str]) -> None:
        """Write the headings."""
        super().__init__(file, (*self.HEAD, *self.POINTS))

    def student(self, marks: Sequence[Mark]) -> None:
        """A row for each mark."""
        for one in marks:
            first, _, last = one.student.name.rpartition(" ")
            raw = one.report.score if one.report else None
            penalty = round(raw - one.score, 4) if raw is not None and one.score is not None else None
            when = one.row.entry.submitted if one.row else None
            who = (one.student.id, last, first, one.student.email)
            self.row(one.exercise, None, when, *who, raw, penalty, one.score, one.max_score)


class JUnit:
    """junit.xml, as pytest writes it: a suite for each student, a test case for each check."""

    def __init__(self, file: IO[str]) -> None:
        """Begin it."""
        self._file = file
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="grades">\n')

    def student(self, marks: Sequence[Mark]) -> None:
        """A suite."""
        cases = [case for one in marks for case in _cases(one)]
        kinds = [kind for _, kind, _ in cases]
        counts = f'tests="{len(cases)}" failures="{kinds.count("failure")}" errors="{kinds.count("error")}"'
        skipped = f'skipped="{kinds.count("skipped")}"'
        self._file.write(f"<testsuite name={_attribute(marks[0].student.id)} {counts} {skipped}>\n")
        for name, kind, message in cases:
            inner = f"<{kind} message={_attribute(message)}>{escape(_xml(message))}</{kind}>" if kind else ""
            where, _, check = name.partition("::")
            self._file.write(f"<testcase classname={_attribute(where)} name={_attribute(check)}>{inner}</testcase>\n")
        self._file.write("</testsuite>\n")

    def end(self) -> None:
        """End it."""
        self._file.write("</testsuites>\n")


def _cases(one: Mark) -> Iterator[tuple[str, str, str]]:
    """The test cases of a mark: exercise::check, what became of it ("" for passed), and what is said."""
    if one.report is None:
        kind = "error" if one.state == "grader_fault" else "skipped"
        yield f"{one.exercise}::{one.state}", kind, one.why
        return
    if not one.report.checks:
        yield f"{one.exercise}::{one.report.verdict}", "" if one.report.verdict == "passed" else "failure", one.report.headline
    for check in one.report.checks:
        kind = {"passed": "", "failed": "failure", "skipped": "skipped"}[check.status]
        yield f"{one.exercise}::{check.id}", kind, check.message or check.title


class JsonLines:
    """reports.jsonl: a report a line, with whose it is and what counts of it."""

    def __init__(self, file: IO[str]) -> None:
        """Begin it."""
        self._file = file

    def student(self, marks: Sequence[Mark]) -> None:
        """A line for each mark."""
        for one in marks:
            line: dict[str, Any] = {"student": one.student.id, "exercise": one.exercise, "state": one.state, "score": one.score}
            line |= {"max_score": one.max_score, "why": one.why, "tries": one.tries}
            line["report"] = one.report.model_dump(mode="json", exclude={"picture"}) if one.report else None
            self._file.write(json.dumps(line) + "\n")

    def end(self) -> None:
        """Nothing comes behind the lines."""


def points_of(report: Report) -> dict[str, float | None]:
    """The points of each check and question, by the name of its column; None where that isn't decided."""
    checks = {f"check:{one.id}": one.points for one in report.checks}
    questions = {f"question:{one.id}": None if one.status == "needs_review" else one.points for one in report.questions}
    return {**checks, **questions}


def cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if value is None or isinstance(value, bool | int | float):
        return "" if value is None else f"{value:.10g}" if isinstance(value, float) else value
    text = str(value)
    begins = text.lstrip(" \t\r\n\"'")[:1]
    return f"'{text}" if (begins and begins in FORMULA) or text[:1] in ("\t", "\r", "\n") else text


def _attribute(text: str) -> str:
    return quoteattr(_xml(text))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
