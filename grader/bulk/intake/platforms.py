"""How platforms name what they let an instructor download, and what Gradescope and nbgrader say in files of their own."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from grader.bulk.gradebook import Student
from grader.bulk.intake.tree import Leaf

CANVAS = re.compile(r"^(?P<who>[^_/]+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+)$")
MOODLE = re.compile(r"^(?P<who>.+?)_(?P<user>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.+)?)?$")  # a folder; flat, a file
GRADESCOPE = re.compile(r"^submission_(?P<number>\d+)$")
AGAIN = re.compile(r"^(?P<stem>.+?)-(?P<again>\d{1,2})(?P<suffix>\.[A-Za-z]+)$")
METADATA, TIMESTAMP = "submission_metadata.yml", "timestamp.txt"
MAX_METADATA = 200_000_000  # bytes: the results of every autograder's run are in it
MAX_TIMESTAMP = 1000


@dataclass(frozen=True)
class Who:
    """A student, as a platform knows them.

    Attributes:
        student: who that is where there is no roster.
        called: ids, addresses and names to look for in a roster.
    """

    student: Student
    called: tuple[str, ...]


def canvas_user(name: str, number: str) -> Who:
    """By Canvas's own number, since two students may have one name."""
    return Who(Student(number, name, ids=(("canvas id", number),)), (name,))


def moodle_user(name: str, number: str) -> Who:
    """The number is that of a participant in this one assignment: no id of a person's that a roster might have."""
    return Who(Student(number, name), (name, f"Participant {number}"))


def plain_user(name: str, *others: str) -> Who:
    """By the name of a folder or a file."""
    return Who(Student(name), (name, *others))


def gradescope(metadata: Leaf) -> tuple[dict[str, tuple[Who, ...]], dict[str, str]]:
    """For each folder who handed it in, several where it was a group, and when.

    Of the YAML, only what Gradescope writes is understood, and only by its place: what a program has printed is in there too.

    Raises:
        ValueError: it can't be read, with a sentence.
    """
    people: dict[str, list[dict[str, str]]] = {}
    times: dict[str, str] = {}
    folder, within = "", ""
    for raw in io.BytesIO(metadata.read(MAX_METADATA)):
        line = raw.decode("utf-8", "replace").rstrip()
        if top := re.match(r"^(submission_\d+):$", line):
            folder, within = top[1], ""
        elif line[:1] not in ("", " "):
            folder = ""
        elif folder and (key := re.match(r"^  :(\w+):\s*(.*)$", line)):
            within = key[1]
            if within == "created_at" and (when := utc(_scalar(key[2]))):
                times[folder] = when
        elif folder and within == "submitters" and (item := re.match(r"^ +(- )? *:(sid|email|name):\s*(.+)$", line)):
            found = people.setdefault(folder, [])
            if item[1] or not found:
                found.append({})
            found[-1][item[2]] = _scalar(item[3])
    return {name: tuple(who for one in found if (who := _person(one))) for name, found in people.items()}, times


def nbgrader_times(entries: Sequence[tuple[Leaf, tuple[str, ...]]]) -> dict[tuple[str, ...], str]:
    """For each student's folder of an assignment, what nbgrader's timestamp.txt in it says."""
    found: dict[tuple[str, ...], str] = {}
    for leaf, parts in entries:
        if len(parts) == 3 and parts[2] == TIMESTAMP:
            try:
                when = utc(leaf.read(MAX_TIMESTAMP).decode("ascii", "replace"))
            except ValueError:
                continue
            if when:
                found[parts[:2]] = when
    return found


def utc(text: str) -> str | None:
    """A time as ISO 8601 in UTC; without a zone it is taken for UTC. None where it is no time."""
    plain = re.sub(r"\s+(?:UTC|Z)$", "+00:00", text.strip())
    try:
        when = datetime.fromisoformat(re.sub(r"\s+([-+]\d\d:?\d\d)$", r"\1", plain))
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None


def _person(known: dict[str, str]) -> Who | None:
    called = tuple(known[key] for key in ("sid", "email", "name") if known.get(key))
    return Who(Student(called[0], known.get("name", ""), known.get("email", "")), called) if called else None


def _scalar(text: str) -> str:
    """A YAML scalar of one line."""
    if text[:1] == "'" == text[-1:] and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text[:1] == '"':
        try:
            return str(json.loads(text))
        except ValueError:
            return text.strip('"')
    return "" if text in ("null", "~") else text
