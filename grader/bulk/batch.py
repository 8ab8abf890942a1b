"""Grades what a gradebook has waiting: exercise by exercise, kept as it comes, the grader's own faults tried once more."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.bulk.content import unpacked
from grader.bulk.gradebook import Gradebook, Made
from grader.bulk.work import Outcome, Task, fingerprint, unreadable
from grader.course import Course

TOGETHER_S = 0.5  # how long results may wait for the one commit that keeps them all


class Engine(Protocol):
    """What grades: this machine's cores, or a cluster's."""

    def grade(self, exercise: str, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Grade submissions of one exercise, in the order in which they finish."""


@dataclass(frozen=True)
class Progress:
    """How far it is: `done` of `total` submissions, `faults` of the grader's own among them."""

    done: int
    total: int
    faults: int
    exercise: str


def grade_waiting(book: Gradebook, run: int, course: Course, engine: Engine, say: Callable[[Progress], None]) -> list[int]:
    """Grade all that has no report yet. Returns the submissions of which there is none still, by the grader's fault."""
    waiting = book.waiting()
    total, done = sum(map(len, waiting.values())), 0
    left: list[int] = []
    for exercise, ids in waiting.items():
        for last_try in (False, True):
            faults: list[tuple[int, Made]] = []
            for kept in _together(_results(book, course, exercise, ids, engine)):
                faults += [(id, made) for id, made in kept if made.state == "fault"]
                book.keep(run, [(id, made) for id, made in kept if made.state == "graded" or last_try])
                done += sum(made.state == "graded" or last_try for _, made in kept)
                say(Progress(done, total, len(left) + len(faults), exercise))
            ids = [id for id, _ in faults]
            if not ids:
                break
        left += ids
    return left


def grade_anew(
    book: Gradebook, ids: Sequence[int], exercise: str, course: Course, engine: Engine
) -> Iterator[tuple[int, Made]]:
    """Grade submissions that may have a report already; nothing is kept."""
    yield from _results(book, course, exercise, ids, engine)


def _results(book: Gradebook, course: Course, exercise: str, ids: Iterable[int], engine: Engine) -> Iterator[tuple[int, Made]]:
    made_by = fingerprint(course, exercise)
    refused: list[tuple[int, str]] = []

    def tasks() -> Iterator[Task]:
        for id in ids:
            submission = unpacked(book.content(id), book.row(id).entry.student.id)
            if submission.files or submission.answers is not None:
                yield Task(id, exercise, submission)
            else:  # what was handed in couldn't be read
                refused.append((id, submission.answers_trouble))

    for outcome in engine.grade(exercise, tasks()):
        yield outcome.key, outcome.made(made_by)
    for id, reason in refused:
        yield id, unreadable(course, exercise, reason)


def _together(results: Iterator[tuple[int, Made]]) -> Iterator[list[tuple[int, Made]]]:
    """Results in small lists: a commit for each would cost more than it saves."""
    gathered: list[tuple[int, Made]] = []
    since = time.monotonic()
    for result in results:
        gathered.append(result)
        if time.monotonic() - since > TOGETHER_S:
            yield gathered
            gathered, since = [], time.monotonic()
    if gathered:
        yield gathered
