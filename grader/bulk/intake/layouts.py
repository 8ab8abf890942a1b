"""Whose file it is and for what, by its path alone: how platforms name what they let an instructor download.

Canvas            lastfirst_12345_67890_train.py, with _LATE_ in it where it was late, and train-1.py for a second try
Moodle            Full Name_12345_assignsubmission_file_/train.py
Gradescope        submission_12345/train.py, and submission_metadata.yml beside these folders
nbgrader          submitted/<student>/<assignment>/train.ipynb
GitHub Classroom  <assignment>-<username>/…, with a folder for each student
a folder each     <student>/train.py, <student>/exercise_03/train.py; or one file each, <student>.py
"""

import contextlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile

from grader.bulk.intake.tree import Leaf

CANVAS = re.compile(r"^(?P<who>[^_/]+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+)$")
MOODLE = re.compile(r"^(?P<who>.+?)_(?P<user>\d+)_assignsubmission_[a-z]+_?$")
GRADESCOPE = re.compile(r"^submission_(?P<number>\d+)$")
AGAIN = re.compile(r"^(?P<stem>.+?)-(?P<again>\d{1,2})(?P<suffix>\.[A-Za-z]+)$")
EXERCISE = re.compile(r"(?:^|[^a-z0-9])(?:exercise|ex)[ _-]?0*(?P<number>\d{1,3})(?![0-9])", re.IGNORECASE)
TIMESTAMP = "timestamp.txt"
ASIDE = {"tests", "solutions", "grader"}  # what a clone of the whole course has beside the student's own work


@dataclass(frozen=True)
class Placed:
    """A file and what its path says.

    Attributes:
        who: what the platform calls the student, the surest first.
        number: which try it is, as far as the names tell: a larger one is later.
        when: when it was handed in, in UTC, where the platform says so. A file's own date says when it was downloaded.
        rest: the path below the student's own folder.
    """

    leaf: Leaf
    layout: str
    who: tuple[str, ...]
    rest: tuple[str, ...]
    number: int = 0
    late: bool = False
    when: str | None = None


def place(leaves: Sequence[Leaf]) -> list[Placed]:
    """Read every path. A file that has no student's name in any known way has an empty `who`."""
    metadata = next((leaf for leaf in leaves if leaf.parts[-1] == "submission_metadata.yml"), None)
    people, times = _gradescope(metadata) if metadata else ({}, {})
    times |= _nbgrader(leaves)
    classroom = _classroom({leaf.parts[0] for leaf in leaves if len(leaf.parts) > 1})
    top = _single_top(leaves)
    placed = (_place(leaf, leaf.parts[top:], people, classroom) for leaf in leaves if leaf is not metadata)
    return [replace(one, when=_time_of(one.leaf, times)) for one in placed if one.leaf.parts[-1] != TIMESTAMP]


def exercise_of(placed: Placed, names: Sequence[str], asked: str | None) -> str | None:
    """Which exercise it is for: by its folders and its name, the nearest first; else the one that was asked for."""
    by_number = {int(name.rpartition("_")[2]): name for name in names if name.rpartition("_")[2].isdecimal()}
    for part in reversed(placed.rest):
        found = EXERCISE.search(part)
        if found and int(found["number"]) in by_number:
            return by_number[int(found["number"])]
        if part in names:
            return part
    return asked


def is_aside(placed: Placed) -> bool:
    """Whether it is part of the course, and not what a student wrote."""
    return any(part in ASIDE or part.startswith(".") for part in placed.rest[:-1])


def _place(leaf: Leaf, parts: tuple[str, ...], people: dict[str, tuple[str, ...]], classroom: str) -> Placed:
    for n, part in enumerate(parts):
        if found := MOODLE.match(part):
            return Placed(leaf, "Moodle", (found["who"], found["user"]), parts[n + 1 :] or (part,))
        if found := CANVAS.match(part):
            again = AGAIN.match(found["file"])
            name = f"{again['stem']}{again['suffix']}" if again else found["file"]
            number = int(found["number"]) * 100 + (int(again["again"]) if again else 0)
            rest = (name, *parts[n + 1 :])
            return Placed(leaf, "Canvas", (found["user"], found["who"]), rest, number, bool(found["late"]))
    if len(parts) > 1 and (found := GRADESCOPE.match(parts[0])):
        return Placed(leaf, "Gradescope", people.get(parts[0], ()), parts[1:], int(found["number"]))
    if len(parts) > 2 and parts[0] == "submitted":
        return Placed(leaf, "nbgrader", (parts[1],), parts[2:])
    if classroom and len(parts) > 1:
        return Placed(leaf, "GitHub Classroom", (parts[0].removeprefix(classroom),), parts[1:])
    if len(parts) > 1:
        return Placed(leaf, "a folder each", (parts[0],), parts[1:])
    stem = parts[0].rpartition(".")[0]
    named = EXERCISE.sub("", stem).strip("_-. ")
    return Placed(leaf, "a file each", (named,) if named and named not in ("train", "answers") else (), parts)


def _single_top(leaves: Sequence[Leaf]) -> int:
    """How many folders there are around all: a zip often has one. One that names a student, or what is in it, isn't such."""
    around = _common([leaf.parts[:-1] for leaf in leaves])
    count = 0
    for part in around:
        if part == "submitted" or MOODLE.match(part) or CANVAS.match(part) or GRADESCOPE.match(part) or EXERCISE.search(part):
            break
        if all(len(leaf.parts) == count + 2 and leaf.parts[-1] in ("train.py", "answers.toml") for leaf in leaves):
            break  # the only student's folder
        count += 1
    return count


def _classroom(folders: Iterable[str]) -> str:
    """What the names of all folders begin with, up to a hyphen: the assignment's name; empty where there is none."""
    folders = list(folders)
    if len(folders) < 2:
        return ""
    prefix, hyphen, _ = "".join(_common(folders)).rpartition("-")
    return f"{prefix}{hyphen}" if prefix else ""


def _common(rows: Sequence[Sequence[str]]) -> list[str]:
    """What all rows begin with."""
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, zip(*rows, strict=False))]


def _time_of(leaf: Leaf, times: dict[tuple[str, ...], str]) -> str | None:
    """When a file was handed in: by the nearest folder of which that is said."""
    return next((times[leaf.parts[:n]] for n in range(len(leaf.parts), 0, -1) if leaf.parts[:n] in times), None)


def _nbgrader(leaves: Sequence[Leaf]) -> dict[tuple[str, ...], str]:
    """For each folder with nbgrader's timestamp.txt, what it says."""
    found = {}
    for leaf in leaves:
        if leaf.parts[-1] == TIMESTAMP:
            with contextlib.suppress(ValueError):
                found[leaf.parts[:-1]] = _utc(leaf.read().decode("ascii", "replace"))
    return found


def _utc(text: str) -> str:
    """A time as ISO 8601 in UTC; without a zone it is taken for UTC. Raises ValueError where it is none."""
    when = datetime.fromisoformat(re.sub(r"\s+(UTC|Z)$", "+00:00", re.sub(r"\s+([-+]\d\d)", r"\1", text.strip().strip("'\""))))
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")


def _gradescope(metadata: Leaf) -> tuple[dict[str, tuple[str, ...]], dict[tuple[str, ...], str]]:
    """For each folder who and when: ids, e-mails, names. Of the YAML, only what Gradescope writes is understood."""
    try:
        text = metadata.read().decode("utf-8", "replace")
    except ValueError:
        return {}, {}
    times: dict[tuple[str, ...], str] = {}
    found: dict[str, list[tuple[int, str]]] = {}
    folder = ""
    for line in text.splitlines():
        if top := re.match(r"^(submission_\d+):", line):
            folder = top[1]
        elif folder and (entry := re.match(r"^\s+-?\s*:(sid|email|name):\s*(.+?)\s*$", line)):
            found.setdefault(folder, []).append((("sid", "email", "name").index(entry[1]), entry[2].strip("'\"")))
        elif folder and (stamp := re.match(r"^\s+:created_at:\s*(.+?)\s*$", line)):
            with contextlib.suppress(ValueError):
                times[(*metadata.parts[:-1], folder)] = _utc(stamp[1])
    return {name: tuple(value for _, value in sorted(values)) for name, values in found.items()}, times
