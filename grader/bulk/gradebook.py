"""The gradebook: one SQLite file with every submission, every result, and which of them counts.

Write-ahead logging makes a commit safe against a killed process, and lets one reader or another grader look on. A result is
known by its submission and by the fingerprint of what made it (course, grader, torch): entering it twice changes nothing, so
that two graders at once, or a run that is begun again, do no harm. Nothing is ever overwritten; what counts is a pointer.
"""

import json
import secrets
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from grader.faults import UsageError

VERSION = 1
WAIT_S = 60  # for another grader's commit
State = Literal["graded", "fault"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS student (
    id TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT '', email TEXT NOT NULL DEFAULT '', ids TEXT NOT NULL DEFAULT '{}'
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (
    id INTEGER PRIMARY KEY, began TEXT NOT NULL, ended TEXT, source TEXT NOT NULL, versions TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS content (
    digest TEXT PRIMARY KEY, files BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS submission (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL REFERENCES student(id), exercise TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES content(digest),
    source TEXT NOT NULL, submitted TEXT, late INTEGER NOT NULL DEFAULT 0, seen TEXT NOT NULL,
    counts INTEGER REFERENCES result(id), page INTEGER REFERENCES result(id),
    UNIQUE (student, exercise, digest)
);
CREATE TABLE IF NOT EXISTS result (
    id INTEGER PRIMARY KEY, submission INTEGER NOT NULL REFERENCES submission(id), fingerprint TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES run(id), state TEXT NOT NULL, verdict TEXT NOT NULL, score REAL, max_score REAL,
    report BLOB NOT NULL, made TEXT NOT NULL,
    UNIQUE (submission, fingerprint, state)
);
CREATE TABLE IF NOT EXISTS decision (
    id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE
);
CREATE INDEX IF NOT EXISTS submission_exercise ON submission (exercise);
"""

_SELECT = """
SELECT submission.id, student.id, name, email, ids, exercise, digest, source, submitted, late,
    fingerprint, state, verdict, score, max_score, {report}
FROM submission JOIN student ON student.id = student LEFT JOIN result ON result.id = counts
"""


@dataclass(frozen=True)
class Student:
    """Who hands in. `ids`: what platforms call them, by the platform's name for it."""

    id: str
    name: str = ""
    email: str = ""
    ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Entry:
    """A submission as it is entered. `submitted`: in UTC, ISO 8601; None where nobody knows. `source`: where it was found."""

    student: Student
    exercise: str
    digest: str
    source: str
    submitted: str | None = None
    late: bool = False


@dataclass(frozen=True)
class Made:
    """What a grading made of a submission: a report as JSON; or, where the grader itself failed, what it said."""

    fingerprint: str
    state: State
    report: str
    verdict: str = ""
    score: float | None = None
    max_score: float | None = None


@dataclass(frozen=True)
class Row:
    """One submission with the result that counts for it; `made` is None where there is none yet."""

    id: int
    entry: Entry
    made: Made | None


class Gradebook:
    """An open gradebook. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open it, or begin one. Raises UsageError where that can't be done."""
        self.path = path
        try:
            self._connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute(
                "PRAGMA synchronous = NORMAL"
            )  # a killed process loses nothing; a power cut, the last commits
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._begin()
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{path} can't be opened as a gradebook: {error}. Give another folder, or move it away.") from None

    def _begin(self) -> None:
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found > VERSION:
            raise UsageError(f"{self.path} was made by a newer grader (gradebook version {found}): upgrade this one.")
        with self.writing():
            for statement in SCHEMA.split(";"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close it; what was committed is on disk."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: all of it is kept, or nothing. Raises UsageError where the disk doesn't take it."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise UsageError(
                f"{self.path} can't be written ({error}). All up to here is kept: make room, and give the same command again."
            ) from None

    def begin_run(self, source: str, versions: dict[str, str]) -> int:
        """Note that a run begins, and what makes it."""
        with self.writing():
            done = self._connection.execute(
                "INSERT INTO run (began, source, versions) VALUES (?, ?, ?)",
                (_now(), source, json.dumps(versions, sort_keys=True)),
            )
        assert done.lastrowid is not None
        return done.lastrowid

    def end_run(self, run: int) -> None:
        """Note that it came to its end."""
        with self.writing():
            self._connection.execute("UPDATE run SET ended = ? WHERE id = ?", (_now(), run))

    def enter(self, entries: Iterable[tuple[Entry, bytes]]) -> list[int]:
        """Enter submissions with their content; one that is there already, byte for byte, stays as it is.

        Returns their ids, in order.
        """
        ids = []
        with self.writing():
            for entry, content in entries:
                self._enter_student(entry.student)
                self._connection.execute(
                    "INSERT INTO content (digest, files) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (entry.digest, zlib.compress(content)),
                )
                key = (entry.student.id, entry.exercise, entry.digest)
                self._connection.execute(
                    "INSERT INTO submission (student, exercise, digest, source, submitted, late, seen) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT DO UPDATE SET "
                    "submitted = coalesce(min(submitted, excluded.submitted), submitted, excluded.submitted), "
                    "late = min(late, excluded.late)",  # who hands the same in once more has handed it in before
                    (*key, entry.source, entry.submitted, entry.late, _now()),
                )
                found = self._connection.execute(
                    "SELECT id FROM submission WHERE student = ? AND exercise = ? AND digest = ?", key
                )
                ids.append(found.fetchone()[0])
        return ids

    def content(self, submission: int) -> bytes:
        """What was entered with a submission."""
        found = self._connection.execute(
            "SELECT files FROM content JOIN submission USING (digest) WHERE submission.id = ?", (submission,)
        )
        return zlib.decompress(found.fetchone()[0])

    def _enter_student(self, student: Student) -> None:
        self._connection.execute(
            "INSERT INTO student (id, name, email, ids) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "name = iif(excluded.name = '', name, excluded.name), email = iif(excluded.email = '', email, excluded.email), "
            "ids = iif(excluded.ids = '{}', ids, excluded.ids)",
            (student.id, student.name, student.email, json.dumps(dict(student.ids), sort_keys=True)),
        )

    def keep(self, run: int, results: Iterable[tuple[int, Made]], *, counts: bool = True) -> None:
        """Keep results of submissions, and, if `counts`, let them count. A fault never replaces a report that counts."""
        with self.writing():
            for submission, made in results:
                packed = zlib.compress(made.report.encode(), 6)
                self._connection.execute(
                    "INSERT INTO result (submission, fingerprint, run, state, verdict, score, max_score, report, made) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (submission, made.fingerprint, run, made.state, made.verdict, made.score, made.max_score, packed, _now()),
                )
                if counts:
                    self._count(submission, made)

    def _count(self, submission: int, made: Made) -> None:
        """Let a result count; a fault only where nothing better does."""
        self._connection.execute(
            "UPDATE submission SET counts = (SELECT id FROM result "
            "WHERE submission = :submission AND fingerprint = :fingerprint AND state = :state) "
            "WHERE id = :submission AND (:state = 'graded' OR counts IS NULL "
            "OR (SELECT state FROM result WHERE id = counts) = 'fault')",
            {"submission": submission, "fingerprint": made.fingerprint, "state": made.state},
        )

    def let_count(self, results: Iterable[tuple[int, Made]]) -> None:
        """Let results count that were kept without."""
        with self.writing():
            for submission, made in results:
                self._count(submission, made)

    def waiting(self) -> dict[str, list[int]]:
        """The submissions that have no report yet, by exercise."""
        found = self._connection.execute(
            "SELECT exercise, submission.id FROM submission LEFT JOIN result ON result.id = counts "
            "WHERE state IS NULL OR state = 'fault' ORDER BY exercise, submission.id"
        )
        return _by_exercise(found)

    def made_by_others(self, exercise: str, fingerprint: str) -> list[int]:
        """The submissions to an exercise whose report was made by another version than this fingerprint stands for."""
        found = self._connection.execute(
            "SELECT submission.id FROM submission JOIN result ON result.id = counts "
            "WHERE exercise = ? AND fingerprint <> ? ORDER BY submission.id",
            (exercise, fingerprint),
        )
        return [id for (id,) in found]

    def sample(self, exercise: str) -> str | None:
        """Some report of an exercise that was judged."""
        found = self._connection.execute(
            "SELECT report FROM submission JOIN result ON result.id = counts "
            "WHERE exercise = ? AND state = 'graded' AND verdict <> 'ungradable' LIMIT 1",
            (exercise,),
        ).fetchone()
        return zlib.decompress(found[0]).decode() if found else None

    def exercises(self) -> list[str]:
        """Those that there is anything of."""
        return [name for (name,) in self._connection.execute("SELECT DISTINCT exercise FROM submission ORDER BY 1")]

    def row(self, submission: int) -> Row:
        """One submission with what counts for it."""
        return _row(
            self._connection.execute(f"{_SELECT.format(report='report')} WHERE submission.id = ?", (submission,)).fetchone()
        )

    def pages_to_write(self) -> list[int]:
        """The submissions whose page doesn't show what counts."""
        found = self._connection.execute(
            "SELECT id FROM submission WHERE counts IS NOT NULL AND page IS NOT counts ORDER BY id"
        )
        return [id for (id,) in found]

    def page_written(self, submissions: Iterable[int]) -> None:
        """Note that these pages show what counts now."""
        with self.writing():
            self._connection.executemany("UPDATE submission SET page = counts WHERE id = ?", ((id,) for id in submissions))

    def salt(self) -> str:
        """A random text of this gradebook's own, made once."""
        with self.writing():
            self._connection.execute(
                "INSERT INTO meta (name, value) VALUES ('salt', ?) ON CONFLICT DO NOTHING", (secrets.token_hex(16),)
            )
        (found,) = self._connection.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()
        return str(found)

    def rows(self, *, reports: bool = True) -> Iterator[Row]:
        """Every submission, by student, exercise and time, with what counts for it; one after another, however many."""
        select = _SELECT.format(report="report" if reports else "NULL")
        found = self._connection.execute(f"{select} ORDER BY student.id, exercise, submitted, submission.id")
        for row in found:
            yield _row(row)

    def history(self, submission: int) -> list[tuple[str, Made]]:
        """All results of a submission with when they were made, the oldest first."""
        found = self._connection.execute(
            "SELECT made, fingerprint, state, verdict, score, max_score, report FROM result WHERE submission = ? ORDER BY id",
            (submission,),
        )
        return [(when, _made(*rest)) for when, *rest in found]

    def fingerprints(self) -> dict[str, int]:
        """How many results that count were made by what."""
        return dict(
            self._connection.execute(
                "SELECT fingerprint, count(*) FROM submission JOIN result ON result.id = counts GROUP BY 1"
            )
        )

    def enter_decisions(self, lines: Iterable[str]) -> None:
        """Keep reviewers' decisions, each once."""
        with self.writing():
            self._connection.executemany(
                "INSERT INTO decision (content) VALUES (?) ON CONFLICT DO NOTHING", ((one,) for one in lines)
            )


def _by_exercise(found: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    made: dict[str, list[int]] = {}
    for exercise, id in found:
        made.setdefault(exercise, []).append(id)
    return made


def _row(row: tuple[Any, ...]) -> Row:
    id, student, name, email, ids, exercise, digest, source, submitted, late, *made = row
    who = Student(student, name, email, tuple(json.loads(ids).items()))
    entry = Entry(who, exercise, digest, source, submitted, bool(late))
    return Row(id, entry, _made(*made) if made[1] is not None else None)


def _made(
    fingerprint: str, state: State, verdict: str, score: float | None, max_score: float | None, report: bytes | None
) -> Made:
    return Made(fingerprint, state, zlib.decompress(report).decode() if report else "", verdict, score, max_score)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
