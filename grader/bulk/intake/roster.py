"""Who is in the class: a CSV with ids and names, by which what platforms call somebody is matched."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from grader.bulk.gradebook import Student
from grader.faults import UsageError

ID = ("id", "student_id", "student", "sis user id", "username", "login", "sis login id", "userid", "email")
NAME = ("name", "full name", "student name")
FIRST, LAST = ("first_name", "first name", "firstname"), ("last_name", "last name", "lastname", "surname")


@dataclass(frozen=True)
class Roster:
    """The students by id, and by everything that they may be called."""

    students: dict[str, Student]
    known: dict[str, frozenset[str]]

    def find(self, *called: str) -> Student | None:
        """The one student who is called so, by the first of these names that fits one alone."""
        for name in called:
            ids = self.known.get(_plain(name), frozenset())
            if len(ids) == 1:
                return self.students[next(iter(ids))]
        return None

    def ambiguous(self, *called: str) -> bool:
        """Whether several students are called so."""
        return any(len(self.known.get(_plain(name), ())) > 1 for name in called)


def read_roster(path: Path) -> Roster:
    """Read a roster. Raises UsageError, with the line, where it can't be taken."""
    rows = _rows(path)
    if not rows:
        raise UsageError(f"{path} is empty: a roster has a line of headings, and a line for each student.")
    head = [cell.strip().lower() for cell in rows[0][1]]
    column = next((head.index(name) for name in ID if name in head), None)
    if column is None:
        raise UsageError(f"{path} has no column of ids: call one of them id. There are: {', '.join(head)}.")
    students: dict[str, Student] = {}
    known: dict[str, set[str]] = {}
    for line, row in rows[1:]:
        cells = {name: cell.strip() for name, cell in zip(head, row, strict=False)}
        id = row[column].strip() if column < len(row) else ""
        if not id:
            raise UsageError(f"{path}, line {line}: this student has no id.")
        if id in students:
            raise UsageError(f"{path}, line {line}: the id {id} is there twice.")
        first, last = _first(cells, FIRST), _first(cells, LAST)
        name = _first(cells, NAME) or f"{first} {last}".strip()
        others = tuple((heading, cell) for heading, cell in cells.items() if cell)
        students[id] = Student(id, name, cells.get("email", ""), others)
        for called in _names(id, name, first, last, cells):
            known.setdefault(_plain(called), set()).add(id)
    return Roster(students, {called: frozenset(ids) for called, ids in known.items() if called})


def _names(id: str, name: str, first: str, last: str, cells: dict[str, str]) -> set[str]:
    """All that a platform may put in a path for this student."""
    comma = [part.strip() for part in name.split(",")]
    words = " ".join(reversed(comma)).split()
    found = {id, name, "".join(words), "".join(reversed(words)), f"{last}{first}", f"{first}{last}", *cells.values()}
    if len(words) > 1:
        found.add(words[-1] + "".join(words[:-1]))  # Canvas: lastfirst
    if "@" in cells.get("email", ""):
        found.add(cells["email"].partition("@")[0])
    return {one for one in found if len(_plain(one)) > 1}


def _plain(text: str) -> str:
    """Without case, accents, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in plain if not unicodedata.combining(c)))


def _first(cells: dict[str, str], names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from None
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: this can't be read as CSV ({error}).") from None
