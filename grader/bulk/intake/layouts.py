"""Whose file it is and for what, by its path alone.

Canvas            lastfirst_12345_67890_train.py, with _LATE_ in it where it was late, and train-1.py for a second try
Moodle            Full Name_12345_assignsubmission_file_/train.py, or all that with the file's name behind it
Gradescope        submission_12345/train.py, and submission_metadata.yml beside these folders
nbgrader          submitted/<student>/<assignment>/train.ipynb
GitHub Classroom  <assignment>-<username>/…, with a folder for each student
a folder each     <student>/train.py, <student>/exercise_03/train.py; or one file each, <student>.py

Any of these may lie in a folder or a zip for each exercise, or in one around all. What is below a student's own folder is the
student's to name, and never says whose it is.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from grader.bulk.intake.exercises import Exercises
from grader.bulk.intake.platforms import (
    AGAIN,
    CANVAS,
    GRADESCOPE,
    METADATA,
    MOODLE,
    TIMESTAMP,
    Who,
    canvas_user,
    gradescope,
    moodle_user,
    nbgrader_times,
    plain_user,
)
from grader.bulk.intake.tree import Leaf
from grader.submission import ANSWERS, MAIN

ASIDE = {"tests", "solutions", "grader"}  # what a clone of the whole course has beside the student's own work in `exercises`
NBGRADER = {"source", "release", "autograded", "feedback", "exchange"}  # beside nbgrader's `submitted`
NOBODY = "whose is it? Put it in a folder with the student's name or id"
NO_METADATA = (
    f"whose is it? Gradescope says so in {METADATA}, which isn't there or doesn't have this one: give the whole export"
)

Entry = tuple[Leaf, tuple[str, ...]]  # a file, and its path from here on


@dataclass(frozen=True)
class Placed:
    """A file and what its path says.

    Attributes:
        who: the student; None where the path doesn't say, and `why`, what to do then.
        above: the folders above the student's own.
        rest: the path below it.
        number: which try it is, as far as the platform's numbers tell: a larger one is later.
        when: when it was handed in, in UTC, where the platform says so. A file's own date says when it was downloaded.
    """

    leaf: Leaf
    layout: str
    who: Who | None
    rest: tuple[str, ...]
    above: tuple[str, ...] = ()
    number: int = 0
    late: bool = False
    when: str | None = None
    why: str = NOBODY


class Layouts:
    """Reads the paths of one download."""

    def __init__(self, exercises: Exercises, top: str) -> None:
        """`top`: what the folder or zip itself is called."""
        self._exercises, self._top = exercises, top

    def place(self, leaves: Sequence[Leaf]) -> Iterator[Placed]:
        """Read every path."""
        entries = [(leaf, leaf.parts) for leaf in leaves]
        return self._nbgrader(entries, ()) if self._top == "submitted" else self._level(entries, ())

    def _level(self, entries: Sequence[Entry], above: tuple[str, ...]) -> Iterator[Placed]:
        """A folder that is the instructor's: what is in it is named by the platform."""
        folders, files = _split(entries)
        metadata = next((leaf for leaf in files if leaf.parts[-1] == METADATA), None)
        if len(folders) == 1 and not any(_is_work_file(leaf.parts[-1]) for leaf in files) and metadata is None:
            (name, below), *_ = folders.items()
            if name != "submitted" and not _platform(name) and not self._is_work(below):
                yield from self._level(below, (*above, name))
                return
        if "submitted" in folders and folders.keys() - {"submitted"} <= NBGRADER:
            yield from self._nbgrader(folders["submitted"], above)
            return
        people: dict[str, tuple[Who, ...]] = {}
        times: dict[str, str] = {}
        why = NO_METADATA
        if metadata and any(map(GRADESCOPE.match, folders)):
            try:
                people, times = gradescope(metadata)
            except ValueError as reason:
                why = f"whose is it? {METADATA} says so, but {reason}"
        plain = [name for name in folders if not _platform(name) and not self._exercises.find(name).said]
        prefix = _prefix(plain)
        for name, below in folders.items():
            if found := GRADESCOPE.match(name):
                for who in people.get(name) or (None,):
                    number, when = int(found["number"]), times.get(name)
                    yield from (
                        Placed(leaf, "Gradescope", who, rest, above, number, when=when, why=why) for leaf, rest in _own(below)
                    )
            elif _platform(name):
                yield from (_of_platform(leaf, name, rest, above) for leaf, rest in _own(below))
            elif self._is_container(name, folders):
                yield from self._level(below, (*above, name))
            else:
                yield from self._plain(name, below, above, prefix)
        for leaf in files:
            if leaf is not metadata:
                yield _of_platform(leaf, leaf.parts[-1], (), above) if _platform(leaf.parts[-1]) else self._file(leaf, above)

    def _is_container(self, name: str, beside: dict[str, list[Entry]]) -> bool:
        """Whether a folder is an exercise's, with the students in it, and not a student's that names the exercise too."""
        if not self._exercises.find(name).said:
            return False
        if not self._exercises.without(name):
            return True
        # One student could name files as if they were others'; all of them together can't.
        return all(_is_download(inner) for other, inner in beside.items() if self._exercises.find(other).said)

    def _is_work(self, entries: Sequence[Entry]) -> bool:
        """Whether a folder looks like one student's own."""
        return any(
            parts[-1].casefold() in (MAIN, ANSWERS) and all(p == "exercises" or self._exercises.is_name(p) for p in parts[:-1])
            for _, parts in entries
        )

    def _plain(self, name: str, below: Sequence[Entry], above: tuple[str, ...], prefix: str) -> Iterator[Placed]:
        layout, who = "a folder each", _text(name)
        if self._exercises.find(name).said:  # exercise-03-ada, or ada_exercise_03
            layout, who, above = "GitHub Classroom", _text(self._exercises.without(name)), (*above, name)
        elif prefix and len(name) > len(prefix):
            layout, who, above = "GitHub Classroom", _text(name.removeprefix(prefix)), (*above, prefix)
        yield from (Placed(leaf, layout, plain_user(who, _text(name)), rest, above) for leaf, rest in _own(below))

    def _file(self, leaf: Leaf, above: tuple[str, ...]) -> Placed:
        name = leaf.parts[-1]
        who = self._exercises.person(name.rpartition(".")[0])
        return Placed(leaf, "a file each", plain_user(_text(who)) if who else None, (name,), above)

    def _nbgrader(self, entries: Sequence[Entry], above: tuple[str, ...]) -> Iterator[Placed]:
        times = nbgrader_times(entries)
        for leaf, parts in entries:
            if len(parts) < 2:
                yield Placed(leaf, "nbgrader", None, parts, above)
            elif parts[2:] != (TIMESTAMP,):
                when = times.get(parts[:2])
                yield Placed(leaf, "nbgrader", plain_user(_text(parts[0])), parts[1:], above, when=when)


def _of_platform(leaf: Leaf, name: str, rest: tuple[str, ...], above: tuple[str, ...]) -> Placed:
    """A file of Canvas's or Moodle's, or below a folder, or in a zip, that is named so."""
    if found := MOODLE.match(name):
        who = moodle_user(_text(found["who"]), found["user"])
        return Placed(leaf, "Moodle", who, rest or (found["file"] or name,), above)
    found = CANVAS.match(name)
    assert found is not None
    again = AGAIN.match(found["file"])
    file = f"{again['stem']}{again['suffix']}" if again else found["file"]
    number = int(found["number"]) * 100 + (int(again["again"]) if again else 0)
    who = canvas_user(_text(found["who"]), found["user"])
    return Placed(leaf, "Canvas", who, (file, *rest), above, number, bool(found["late"]))


def _platform(name: str) -> bool:
    return bool(MOODLE.match(name) or CANVAS.match(name) or GRADESCOPE.match(name))


def _is_download(entries: Sequence[Entry]) -> bool:
    return all(_platform(parts[0]) for _, parts in entries if len(parts) > 1 or _is_work_file(parts[0]))


def _is_work_file(name: str) -> bool:
    return name.lower().endswith((".py", ".ipynb", ANSWERS))


def _split(entries: Sequence[Entry]) -> tuple[dict[str, list[Entry]], list[Leaf]]:
    folders: dict[str, list[Entry]] = {}
    for leaf, parts in entries:
        if len(parts) > 1:
            folders.setdefault(parts[0], []).append((leaf, parts[1:]))
    return folders, [leaf for leaf, parts in entries if len(parts) == 1]


def _own(entries: Sequence[Entry]) -> Iterator[Entry]:
    """What a student wrote: in a clone of the course, not what the course has beside it; and nothing that is hidden."""
    clones = {parts[: parts.index("exercises")] for _, parts in entries if "exercises" in parts[:-1]}
    for leaf, parts in entries:
        aside = any(parts[n] in ASIDE and parts[:n] in clones for n in range(len(parts) - 1))
        if not aside and not any(part.startswith(".") for part in parts[:-1]):
            yield leaf, parts


def _prefix(folders: Sequence[str]) -> str:
    """What the names of all folders begin with, up to a hyphen: the assignment's name; empty where there is none.

    Behind student-001 and student-002 nobody's name follows, and so nothing is cut off.
    """
    if len(folders) < 2:
        return ""
    same = "".join(column[0] for column in takewhile(lambda column: len(set(column)) == 1, zip(*folders, strict=False)))
    prefix = same[: same.rfind("-") + 1]
    return "" if all(name.removeprefix(prefix).isdecimal() for name in folders) else prefix


def _text(name: str) -> str:
    """One spelling for what looks the same: a Mac writes é as two characters."""
    return unicodedata.normalize("NFC", name).strip()
