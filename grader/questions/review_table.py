"""A review as a spreadsheet: CSV out, decisions filled in, CSV back."""

import csv
import io
from collections.abc import Sequence

from grader.faults import UsageError
from grader.questions.marking import tidy
from grader.questions.review import Group, Wording
from grader.questions.short.decisions import Decision

COLUMNS = ("id", "group", "question", "key_point", "points", "says", "answer", "students", "machine", "words", "reason")
FILLED_IN = ("credit", "reviewer")
# What begins a formula, in full width too; and an empty text, which begins nothing, must not be among them.
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
YES, NO = {"y", "yes", "1", "true", "x", "credit", "ja", "oui", "si"}, {"n", "no", "0", "false", "nein", "non"}


def write_table(groups: Sequence[Group]) -> str:
    """One row for each key point of each wording; the columns `credit` (yes or no) and `reviewer` are to be filled in."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")  # as RFC 4180 has it
    table.writerow((*COLUMNS, *FILLED_IN))
    for number, group in enumerate(groups, start=1):
        for wording in group.wordings:
            for item in wording.items:
                machine, students = item.machine, "; ".join(wording.students)
                row = (item.id, number, item.rubric.id, item.point.id, item.point.points, tidy(item.point.text), item.answer)
                table.writerow(
                    [_cell(value) for value in (*row, students, machine.status, machine.words, machine.reason, "", "")]
                )
    return "\ufeff" + text.getvalue()  # without the mark, Excel takes UTF-8 for something else


def read_table(content: bytes, found: Sequence[Wording], who: str) -> list[Decision]:
    """The decisions of a filled-in table; rows left blank are left open.

    Raises:
        UsageError: it isn't such a table, or a row can't be taken. Then nothing of it is.
    """
    known = {item.id: item for wording in found for item in wording.items}
    rows = list(_rows(content))
    head = [name.strip().lower() for name in rows[0][1]] if rows else []
    if "id" not in head or "credit" not in head:
        raise UsageError('This is not a table of a review: its first line should have the columns "id" and "credit".')
    decisions: list[Decision] = []
    for line, row in rows[1:]:
        cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
        said = cells.get("credit", "").lower()
        if not said:
            continue
        if said not in YES | NO:
            raise UsageError(f"Line {line}: credit is {said!r}, where yes or no is expected. Nothing was taken over.")
        item = known.get(cells.get("id", ""))
        if item is None:
            raise UsageError(
                f"Line {line}: no open answer has the id {cells.get('id', '')!r}. Was it decided already, or is the table "
                "from another folder? Nothing was taken over."
            )
        decisions.append(item.decided(said in YES, cells.get("reviewer", "") or who))
    return decisions


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """The rows with their lines in the file. A spreadsheet may have put semicolons or tabs, or another encoding."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=False)
    try:
        return [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as error:
        raise UsageError(f"Line {reader.line_num}: this can't be read as CSV ({error}). Nothing was taken over.") from None


def _cell(value: object) -> object:
    """What a spreadsheet would take for a formula gets an apostrophe before it."""
    if not isinstance(value, str):
        return value
    begins = value.lstrip(" \t\r\n\"'")[:1]
    return f"'{value}" if begins in FORMULA or value[:1] in ("\t", "\r") else value
