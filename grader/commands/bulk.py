"""`grade bulk`: a folder or a zip of submissions in; a gradebook, a page for each and files for platforms out."""

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from grader.bulk.batch import Engine, Progress, grade_anew, grade_waiting
from grader.bulk.content import packed
from grader.bulk.gradebook import Entry, Gradebook, Made, Row
from grader.bulk.intake.read import Batch, read_batch, submissions
from grader.bulk.intake.roster import Roster, read_roster
from grader.bulk.intake.tree import Tree
from grader.bulk.policy import read_policy
from grader.bulk.regrade import Change, changes
from grader.bulk.work import fingerprint, unreadable, why
from grader.commands.bulk_out import write_all
from grader.course import Course, find_course
from grader.faults import UsageError
from grader.questions.grade import DECISIONS
from grader.render.text import clean, sentence
from grader.submission import Submission
from grader.versions import versions

BOOK = "gradebook.sqlite"
TOGETHER = 100  # submissions that are entered in one commit
NICE = 10  # whoever waits at a prompt comes first
SHOWN = 10  # of what couldn't be matched, in the terminal; all of it is in a file
DONE, FAULT = 0, 3


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    path: Path | None
    exercise: str | None
    out: Path
    roster: Path | None
    policy: Path | None
    regrade: bool
    yes: bool
    scheduler: str | None
    jobs: int | None
    unconfined: bool


def bulk(asked: Asked, course_folder: Path | None) -> int:
    """Take in, grade, and write everything out; 0, or 3 where the grader itself failed on some. Raises UsageError."""
    course = find_course(course_folder)
    if not (course.root / "tests").is_dir():
        raise UsageError("This edition of the course has nothing that judges: nothing can be graded here.")
    exercise = course.exercise(asked.exercise).name if asked.exercise else None
    roster = read_roster(asked.roster) if asked.roster else None
    policy = read_policy(asked.policy)
    if asked.path is None and not (asked.out / BOOK).is_file():
        raise UsageError("Which submissions? For instance: grade bulk submissions.zip --exercise exercise_03 --out graded")
    with contextlib.suppress(OSError):
        os.nice(NICE)
    warnings.simplefilter("ignore")  # of torch's, on what students have written: a report says what there is to say
    _make_folder(asked.out)
    with Gradebook(asked.out / BOOK) as book:
        run = book.begin_run(str(asked.path or ""), versions(torch=True))
        if asked.path is not None:
            _take_in(book, run, course, asked.path, exercise, roster, asked.out)
        decisions = course.root / "tests" / DECISIONS
        if decisions.is_file():
            book.enter_decisions(line for line in decisions.read_text("utf-8").splitlines() if line.strip())
        with _engine(course, asked) as engine:
            left = _grade(book, run, course, engine)
            if asked.regrade:
                left += _regrade(book, run, course, engine, asked.yes)
        _tell_of_others(book, course, asked)
        book.end_run(run)
        write_all(book, course, asked.out, roster, policy, f"grade review {asked.path or 'SUBMISSIONS'}")
        return _sum_up(book, left, asked)


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {out} can't be made: {error.strerror}.") from None


def _take_in(
    book: Gradebook, run: int, course: Course, path: Path, exercise: str | None, roster: Roster | None, out: Path
) -> None:
    """Enter what was handed in; what can't be matched or taken is listed."""
    with Tree(path) as tree:
        batch = read_batch(tree, course.names, exercise, roster)
        together: list[tuple[Entry, bytes]] = []
        unread: dict[str, str] = {}
        for one, content in submissions(batch):
            submission = content if isinstance(content, Submission) else Submission({}, answers_trouble=content)
            entry = Entry(one.student, one.exercise, submission.digest, one.source, one.submitted, one.late)
            if isinstance(content, str):
                entry = Entry(one.student, one.exercise, f"unreadable:{content}"[:200], one.source, one.submitted, one.late)
                unread[entry.digest] = content
            together.append((entry, packed(submission)))
            if len(together) == TOGETHER:
                _enter(book, run, course, together, unread)
                together = []
        _enter(book, run, course, together, unread)
        _tell(batch, out)


def _enter(book: Gradebook, run: int, course: Course, together: list[tuple[Entry, bytes]], unread: dict[str, str]) -> None:
    ids = book.enter(together)
    refused = [
        (id, unreadable(course, entry.exercise, unread[entry.digest]))
        for id, (entry, _) in zip(ids, together, strict=True)
        if entry.digest in unread
    ]
    book.keep(run, refused)


def _tell(batch: Batch, out: Path) -> None:
    """What was found, and what couldn't be taken: a few lines here, all of it in a file."""
    students = len({one.student.id for one in batch.handed})
    how = ", ".join(f"{layout} ({count} files)" for layout, count in batch.layouts) or "nothing that looks like a submission"
    click.echo(f"{len(batch.handed)} submissions of {students} students. Read as: {how}.")
    listed = [f"{one.path}: {one.why}." for one in (*batch.refused, *batch.unmatched)]
    listed += [f"{id}: nothing was handed in." for id in batch.missing]
    path = out / "not_taken.txt"
    path.write_text("".join(f"{clean(line)}\n" for line in listed), "utf-8", errors="replace")
    for line in listed[:SHOWN]:
        click.echo(f"  ! {sentence(line)}")
    if len(listed) > SHOWN:
        click.echo(f"  ! … and {len(listed) - SHOWN} more, all in {path}.")


@contextlib.contextmanager
def _engine(course: Course, asked: Asked) -> Iterator[Engine]:
    """This machine's cores, or a cluster."""
    if asked.scheduler is not None:
        try:
            from grader.bulk.cluster import Cluster
        except ImportError:
            raise UsageError("A cluster needs Dask: pip install 'descent-course[cluster]'.") from None
        with Cluster(course, asked.scheduler) as cluster:
            yield cluster
        return
    from grader.bulk.local import Local

    with Local(course, asked.jobs, asked.unconfined) as local:
        yield local


def _grade(book: Gradebook, run: int, course: Course, engine: Engine) -> list[int]:
    waiting = sum(map(len, book.waiting().values()))
    if not waiting:
        return []
    with _progress(waiting) as say:
        return grade_waiting(book, run, course, engine, say)


def _regrade(book: Gradebook, run: int, course: Course, engine: Engine, yes: bool) -> list[int]:
    """Grade anew what another version graded; say whose mark changes, and let it count once somebody agrees."""
    made: list[tuple[Row, Made]] = []
    for exercise in book.exercises():
        ids = book.made_by_others(exercise, fingerprint(course, exercise))
        made += [(book.row(id), result) for id, result in grade_anew(book, ids, exercise, course, engine)]
    if not made:
        click.echo("Nothing to grade anew: all marks were made by this version of course, grader and torch.")
        return []
    found = list(changes(made))
    click.echo(f"{len(made)} submissions were graded anew. {len(found)} change.")
    for change in found:
        click.echo(_said(change))
    faults = [row.id for row, result in made if result.state == "fault"]
    for reason in sorted({why(result) for _, result in made if result.state == "fault"}):
        click.echo(f"  ! The grader itself failed: {sentence(reason)}", err=True)
    if found and not yes and not click.confirm("Let these count from now on?", default=False):
        click.echo("Nothing was changed.")
        return faults
    book.keep(run, [(row.id, result) for row, result in made if result.state == "graded"])
    return faults


def _said(change: Change) -> str:
    before = "no mark" if change.before is None else f"{change.before:g}"
    now = f"now {change.after:g} ({change.difference:+g}), {change.verdict_after}"
    head = f"  {clean(change.student)}, {change.exercise}: {before}, {now}"
    return "\n".join([head, *(f"      {sentence(reason)}" for reason in change.why)])


def _tell_of_others(book: Gradebook, course: Course, asked: Asked) -> None:
    """Say where marks were made by another version than this."""
    if asked.regrade:
        return
    older = sum(len(book.made_by_others(name, fingerprint(course, name))) for name in book.exercises())
    if older:
        click.echo(f"{older} marks were made by another version of course, grader or torch. See what would change: --regrade")


def _sum_up(book: Gradebook, left: list[int], asked: Asked) -> int:
    verdicts: dict[str, int] = {}
    for row in book.rows(reports=False):
        verdict = "the grader's fault" if row.made is None or row.made.state == "fault" else row.made.verdict
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    click.echo(f"In the gradebook: {', '.join(f'{count} {verdict}' for verdict, count in sorted(verdicts.items()))}.")
    click.echo(f"See {asked.out / 'index.html'}; marks are in {asked.out / 'grades.csv'}.")
    for id in left[:SHOWN]:
        row = book.row(id)
        entry, said = row.entry, sentence(why(row.made)) if row.made and row.made.state == "fault" else ""
        where = f"{clean(entry.student.id)}, {entry.exercise}"
        click.echo(f"  ! {where}: the grader itself failed, which is no mark. {said}", err=True)
    if left:
        click.echo(
            f"{len(left)} submissions could not be graded, by the grader's own fault. Give the same command again to try once "
            "more; what each says is on its page.",
            err=True,
        )
    return FAULT if left else DONE


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[Progress], None]]:
    """A bar with rate and time left on a terminal; a line for each tenth elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
        with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task("starting", total=total, rate="")

            def draw(now: Progress) -> None:
                speed = bar.tasks[task].speed
                rate = f"{speed:.1f}/s" if speed else ""
                bar.update(task, completed=now.done, description=now.exercise, rate=rate)

            yield draw
        return
    tenth = 0

    def say(now: Progress) -> None:
        nonlocal tenth
        if 10 * now.done // max(1, now.total) > tenth:
            tenth = 10 * now.done // max(1, now.total)
            click.echo(f"{now.done} of {now.total} graded ({now.exercise})", err=True)

    yield say
