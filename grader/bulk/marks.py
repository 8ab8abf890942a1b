"""The gradebook as marks: for each student and exercise the one try that counts, one student after another."""

from collections.abc import Iterator
from itertools import groupby

from grader.bulk.gradebook import Gradebook, Row
from grader.bulk.intake.roster import Roster
from grader.bulk.policy import Mark, Policy, mark
from grader.course import Course


def marks(book: Gradebook, course: Course, policy: Policy, roster: Roster | None = None) -> Iterator[Mark]:
    """Every student of the gradebook or the roster, with every exercise that anybody handed in for."""
    exercises = {name: course.exercise(name).about.points for name in book.exercises()}
    silent = dict(roster.students) if roster else {}
    for id, rows in groupby(book.rows(), key=lambda row: row.entry.student.id):
        tries: dict[str, list[Row]] = {}
        for row in rows:
            tries.setdefault(row.entry.exercise, []).append(row)
            student = row.entry.student
        silent.pop(id, None)
        for exercise, points in exercises.items():
            yield mark(policy, student, exercise, tries.get(exercise, ()), points)
    for student in silent.values():
        for exercise, points in exercises.items():
            yield mark(policy, student, exercise, (), points)
