"""Who is in the class: a CSV with ids and names, by which what platforms call somebody is matched."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.bulk.gradebook import Student
from grader.faults import UsageError

# Headings, without case, spaces and punctuation. The first of ID that is there gives the id; all of them, and those that name
# an account, may be what a platform calls somebody. A section or a mark is not: two students may share it with another's id.
ID = (
    "id",
    "studentid",
    "sid",
    "sisuserid",
    "username",
    "login",
    "sisloginid",
    "loginid",
    "userid",
    "identifier",
    "student",
    "email",
)
ACCOUNTS = (
    *("idnumber", "useridnumber", "githubusername", "githublogin", "github", "gitlab", "useremail", "emailaddress", "mail"),
    *("lmsuserid", "orgdefinedid", "netid", "matriculation", "matrikelnummer", "alias", "canvas", "moodle", "gradescope"),
)
NAME = ("name", "fullname", "studentname", "displayname", "sortablename", "student")
FIRST, LAST = ("firstname", "givenname", "forename"), ("lastname", "surname", "familyname")
EMAIL = ("email", "emailaddress", "useremail", "mail")
CANVAS_ID = ("canvasid", "canvasuserid")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


@dataclass(frozen=True)
class Roster:
    """The students by id, by everything that they may be called, and by the platforms' own numbers."""

    students: dict[str, Student]
    known: dict[str, frozenset[str]]
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)

    def matching(self, called: Sequence[str], numbers: Sequence[tuple[str, str]] = ()) -> frozenset[str]:
        """The ids of whom this may be: one where that is sure. Names that lead to different students leave both."""
        by_number = {self.numbers[number] for number in numbers if number in self.numbers}
        found = [ids for name in called for key in _keys(name) if (ids := self.known.get(key))]
        sure = frozenset(by_number.union(*(ids for ids in found if len(ids) == 1)))
        return sure or frozenset().union(*found)


def read_roster(path: Path) -> Roster:
    """Read a roster. Raises UsageError, with the line, where it can't be taken."""
    rows = _rows(path)
    if not rows:
        raise UsageError(f"{path} is empty: a roster has a line of headings, and a line for each student.")
    headings = [cell.strip() for cell in rows[0][1]]
    head = [_plain(heading) for heading in headings]
    column = next((head.index(name) for name in ID if name in head), None)
    if column is None:
        raise UsageError(f"{path} has no column of ids: call one of them id. There are: {', '.join(filter(None, headings))}.")
    is_canvas = "sisuserid" in head or "sisloginid" in head  # there, ID is Canvas's own number
    students: dict[str, Student] = {}
    lines: dict[str, int] = {}
    known: dict[str, set[str]] = {}
    numbers: dict[tuple[str, str], str] = {}
    for line, row in rows[1:]:
        cells = {name: cell.strip() for name, cell in zip(head, row, strict=False) if cell.strip()}
        if row[0].strip().startswith("Points Possible"):
            continue  # the second line of Canvas's gradebook
        id = unicodedata.normalize("NFC", cells.get(head[column], ""))
        if not id:
            raise UsageError(f"{path}, line {line}: this student has no id.")
        if id in students:
            raise UsageError(f"{path}, line {line}: the id {id} is there twice, in line {lines[id]} too.")
        first, last = _first(cells, FIRST), _first(cells, LAST)
        name = _first(cells, NAME[:-1] if head[column] == "student" else NAME) or f"{first} {last}".strip()
        others = [(heading.lower(), cell.strip()) for heading, cell in zip(headings, row, strict=False) if cell.strip()]
        canvas = _first(cells, (*CANVAS_ID, "id") if is_canvas else CANVAS_ID)
        if canvas:
            numbers["canvas id", canvas] = id
            others += [("canvas id", canvas)] if "canvas id" not in dict(others) else []
        students[id], lines[id] = Student(id, name, _first(cells, EMAIL), tuple(others)), line
        for called in (id, *_names(name, first, last), *_accounts(cells)):
            for key in _keys(called):
                known.setdefault(key, set()).add(id)
    return Roster(students, {called: frozenset(ids) for called, ids in known.items()}, numbers)


def _names(name: str, first: str, last: str) -> Iterator[str]:
    """A name as it is, with either part first, and, as Canvas writes it, run together from any part on."""
    yield name
    if first and last:
        yield from (f"{first}{last}", f"{last}{first}")
    words = " ".join(reversed(name.split(","))).split()
    for n in range(len(words)):
        yield "".join(words[n:] + words[:n])


def _accounts(cells: dict[str, str]) -> Iterator[str]:
    for heading, cell in cells.items():
        if heading in ID or heading in ACCOUNTS:
            yield cell
            if "@" in cell:
                yield cell.partition("@")[0]


def _keys(called: str) -> set[str]:
    """What to look a name up by: without case, accents, spaces and punctuation; and, of several words, in no order."""
    words = re.sub(r"[\W_]+", " ", _bare(called)).split()
    return {"".join(words), " ".join(sorted(words))} - {""}


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", _bare(text))


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(LETTERS)


def _first(cells: dict[str, str], names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows that aren't empty, each with its line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from None
    text = _decoded(content)
    first = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: this can't be read as CSV ({error}).") from None


def _decoded(content: bytes) -> str:
    """The text: as its first bytes say, as UTF-8, or else as Western European Windows writes it."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:2]:
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
