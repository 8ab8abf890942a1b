"""What `grade bulk` leaves: pages, files for platforms, the dashboard."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from grader.bulk.dashboard import About, QuestionText, Row, row_of, write_dashboard
from grader.bulk.exports import by_student, points_of, write_exports
from grader.bulk.gradebook import Gradebook
from grader.bulk.intake.roster import Roster
from grader.bulk.marks import marks
from grader.bulk.pages import page_name, write_pages
from grader.bulk.policy import Mark, Policy
from grader.course import Course
from grader.faults import UsageError
from grader.questions.model import QuestionSet
from grader.report import Report
from grader.versions import versions


def write_all(book: Gradebook, course: Course, out: Path, roster: Roster | None, policy: Policy, review: str) -> None:
    """Write everything anew but pages that show what counts already. Raises UsageError where the disk doesn't take it.

    `review` is the command that shows what waits for a person.
    """
    try:
        for _ in write_pages(book, out):
            pass
        exercises = {name: course.exercise(name).about.points for name in book.exercises()}
        rows: list[Row] = []
        salt = book.salt()

        def students() -> Iterator[Sequence[Mark]]:
            for same in by_student(marks(book, course, policy, roster)):
                rows.extend(_row(one, salt) for one in same)
                yield same

        write_exports(students(), out, exercises, _columns(book, course))
        write_dashboard(rows, out / "index.html", _about(course, list(exercises), out, review))
    except OSError as error:
        raise UsageError(
            f"{out} can't be written ({error.strerror}). The gradebook is whole: give the same command again."
        ) from None


def _row(one: Mark, salt: str) -> Row:
    link = page_name(salt, one.row) if one.row else ""
    if one.report is not None and one.state in ("graded", "needs_review"):
        name, tries = one.student.name or one.student.id, one.tries
        return row_of(one.report, one.student.id, name, score=one.score, late=one.late, tries=tries, link=link)
    return Row(
        student=one.student.id,
        name=one.student.name or one.student.id,
        exercise=one.exercise,
        score=None,
        max_score=one.max_score,
        verdict=None,
        state=one.state,
        tries=one.tries,
        link=link,
        fault=one.why if one.state == "grader_fault" else "",
    )


def _columns(book: Gradebook, course: Course) -> list[str]:
    """A column for each check and question: by one report of each exercise that was judged."""
    found: dict[str, None] = {}
    for exercise in book.exercises():
        sample = book.sample(exercise)
        if sample is not None:
            found |= dict.fromkeys(points_of(Report.model_validate_json(sample)))
        found |= {f"question:{question.id}": None for question in QuestionSet(course.exercise(exercise)).questions}
    return sorted(found)


def _about(course: Course, exercises: list[str], out: Path, review: str) -> About:
    questions: dict[tuple[str, str], QuestionText] = {}
    for name in exercises:
        known = QuestionSet(course.exercise(name))
        for question in known.questions:
            right = known.key[question.id].right if known.has_key and question.kind == "several" else ()
            chosen = tuple(str(id) for id in right) if not isinstance(right, str) else ()
            questions[name, question.id] = QuestionText(question.prompt, chosen, question.options)
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, by " + ", ".join(f"{n} {v}" for n, v in versions(torch=True).items())
    return About(
        title="The class",
        made=made,
        exercises={name: course.exercise(name).about.title for name in exercises},
        questions=questions,
        misconceptions={id: one.title for id, one in course.misconceptions.items()},
        again=f"grade bulk --out {out}",
        review=review,
    )
