"""`grade bulk` from end to end: real submissions, real processes, killed and begun again; the gradebook, and its marks."""

import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from grader.bulk.batch import grade_anew, grade_waiting
from grader.bulk.content import packed, unpacked
from grader.bulk.gradebook import Entry, Gradebook, Made, Student
from grader.bulk.local import Local
from grader.bulk.regrade import changes
from grader.bulk.work import Outcome, Task, fingerprint
from grader.course import Course
from grader.faults import UsageError
from grader.submission import Submission, read_submission
from grader.unrun import refuse
from grader.waiting import let_pass, somebody_waits

ROOT = Path(__file__).parents[2]
SOLUTION = (ROOT / "solutions" / "exercise_03" / "train.py").read_bytes()
WRONG = (ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py").read_bytes()
OTHER = (ROOT / "tests" / "exercise_03" / "wrong" / "halves_loss.py").read_bytes()
ENDS = b"import os\n\n\ndef train(model, loss_fn, X, y, lr, epochs):\n    os._exit(0)\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with exercise_03 and two of its wrong programs, so that nothing is recorded for long."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("exercises", "solutions", "tests"):
        shutil.copytree(
            ROOT / folder / "exercise_03", root / folder / "exercise_03", ignore=shutil.ignore_patterns("__pycache__")
        )
    for path in (root / "tests" / "exercise_03" / "wrong").glob("*.py"):
        if path.stem not in ("never_clears_gradients", "halves_loss"):
            path.unlink()
    shutil.copy(ROOT / "tests" / "misconceptions.toml", root / "tests")
    return root


def class_of(folder: Path, programs: dict[str, bytes]) -> Path:
    """A folder for each student."""
    for student, program in programs.items():
        (folder / student).mkdir(parents=True, exist_ok=True)
        (folder / student / "train.py").write_bytes(program)
    return folder


def command(submissions: Path | None, out: Path, course: Path, *options: str) -> list[str]:
    where = [str(submissions)] if submissions else []
    asked = ["--exercise", "exercise_03", "--out", str(out), "--course", str(course)]
    return [sys.executable, "-m", "grader", "bulk", *where, *asked, *options]


def bulk(submissions: Path | None, out: Path, course: Path, *options: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(submissions, out, course, *options),
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=out.parent,
        input=typed,
        capture_output=True,
        text=True,
        timeout=300,
    )


def counted(out: Path) -> list[tuple[object, ...]]:
    """What counts in a gradebook, without times."""
    with sqlite3.connect(out / "gradebook.sqlite") as book:
        return book.execute(
            "SELECT student, exercise, digest, state, verdict, score FROM submission LEFT JOIN result ON result.id = counts "
            "ORDER BY 1, 2, 3"
        ).fetchall()


def entry(student: str, content: bytes = b"x", exercise: str = "exercise_03") -> tuple[Entry, bytes]:
    submission = Submission({"train.py": content})
    return Entry(Student(student), exercise, submission.digest, f"{student}/train.py"), packed(submission)


# The gradebook


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook(tmp_path / "gradebook.sqlite") as opened:
        yield opened


def test_entering_twice_changes_nothing_and_another_try_is_another_submission(book: Gradebook) -> None:
    first = book.enter([entry("ada"), entry("bob")])
    assert book.enter([entry("ada"), entry("bob")]) == first
    assert len(set(book.enter([entry("ada", b"y")]) + first)) == 3
    assert unpacked(book.content(first[0]), "ada") == Submission({"train.py": b"x"}, student="ada")


def test_a_result_is_kept_once_and_a_fault_never_takes_a_reports_place(book: Gradebook) -> None:
    (id,) = book.enter([entry("ada")])
    run = book.begin_run("", {})
    book.keep(run, [(id, Made("v1", "graded", "{}", "passed", 10.0, 10.0))])
    book.keep(run, [(id, Made("v1", "graded", "{}", "passed", 10.0, 10.0))])
    book.keep(run, [(id, Made("v1", "fault", '{"fault": "x"}'))])
    assert book.row(id).made == Made("v1", "graded", "{}", "passed", 10.0, 10.0)
    assert book.waiting() == {}
    book.keep(run, [(id, Made("v2", "graded", "{}", "failed", 3.0, 10.0))])
    assert [made.score for _, made in book.history(id)] == [10.0, None, 3.0]
    assert book.row(id).made == Made("v2", "graded", "{}", "failed", 3.0, 10.0)


def test_a_fault_is_waited_for_again_and_gives_way_to_a_report(book: Gradebook) -> None:
    (id,) = book.enter([entry("ada")])
    run = book.begin_run("", {})
    book.keep(run, [(id, Made("v1", "fault", "{}"))])
    assert book.waiting() == {"exercise_03": [id]}
    book.keep(run, [(id, Made("v1", "graded", "{}", "passed", 10.0, 10.0))])
    assert book.waiting() == {}


def test_two_at_once_on_one_gradebook_do_each_other_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.sqlite"
    with Gradebook(path) as one, Gradebook(path) as other:
        ids = one.enter([entry(f"s{n}") for n in range(50)])
        assert other.enter([entry(f"s{n}") for n in range(50)]) == ids
        for opened in (one, other):
            run = opened.begin_run("", {})
            opened.keep(run, [(id, Made("v1", "graded", "{}", "passed", 1.0, 1.0)) for id in ids])
        assert sum(1 for _ in one.rows()) == 50
        assert all(len(one.history(id)) == 1 for id in ids)


def test_what_is_no_gradebook_or_a_newer_one_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.sqlite"
    path.write_text("this is no database, but somebody's own file" * 100)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="can't be opened as a gradebook"):
        Gradebook(path)
    assert path.read_bytes() == before
    path.unlink()
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match="made by a newer grader"):
        Gradebook(path)


def test_a_full_disk_stops_it_and_loses_nothing(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "gradebook.sqlite") as book:
        ids = book.enter([entry("ada")])
        run = book.begin_run("", {})
        (pages,) = book._connection.execute("PRAGMA page_count").fetchone()
        book._connection.execute(f"PRAGMA max_page_count = {pages}")
        noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=200_000))
        with pytest.raises(UsageError, match="All up to here is kept"):
            book.keep(run, [(ids[0], Made("v1", "graded", noise, "passed", 1.0, 1.0))])
        assert book.waiting() == {"exercise_03": ids}
        book._connection.execute("PRAGMA max_page_count = 1000000")
        book.keep(run, [(ids[0], Made("v1", "graded", noise, "passed", 1.0, 1.0))])
        assert book.waiting() == {}


# Faults of the grader's own


class Failing:
    """Grades, but not always: says of each submission how often it fails on it first."""

    def __init__(self, course: Course, fails: dict[str, int]) -> None:
        self.course, self.fails = course, fails

    def grade(self, exercise: str, tasks: Iterator[Task]) -> Iterator[Outcome]:
        for task in tasks:
            left = self.fails.get(task.submission.student, 0)
            self.fails[task.submission.student] = left - 1
            report = refuse(self.course.exercise(exercise), "x") if left <= 0 else None
            yield Outcome(task.key, report, "the disk of the grader's machine is on fire" if left > 0 else "")


def test_a_fault_is_tried_once_more_and_then_said_and_never_a_zero(book: Gradebook, course: Course) -> None:
    ids = book.enter([entry("ada"), entry("bob"), entry("eve")])
    run = book.begin_run("", {})
    left = grade_waiting(book, run, course, Failing(course, {"bob": 1, "eve": 2}), lambda _: None)
    assert left == [ids[2]]
    states = [row.made and (row.made.state, row.made.score) for row in book.rows()]
    assert states == [("graded", 0.0), ("graded", 0.0), ("fault", None)]
    assert grade_waiting(book, run, course, Failing(course, {}), lambda _: None) == []
    assert [row.made and row.made.state for row in book.rows()] == ["graded"] * 3


# Regrading


def test_what_changes_is_said_with_the_checks_that_changed(book: Gradebook, grade: object) -> None:
    report = grade(SOLUTION)  # type: ignore[operator]
    stricter = report.model_copy(
        update={
            "score": 8.0,
            "verdict": "failed",
            "checks": tuple(
                check.model_copy(update={"points": 0.0, "status": "failed"}) if check.id == "updates" else check
                for check in report.checks
            ),
        }
    )
    (id,) = book.enter([entry("ada")])
    book.keep(book.begin_run("", {}), [(id, Outcome(id, report).made("v1"))])
    (change,) = changes([(book.row(id), Outcome(id, stricter).made("v2"))])
    assert (change.student, change.before, change.after, change.verdict_after) == ("ada", 10.0, 8.0, "failed")
    assert change.why == ("check updates: 3 of 3, now 0 of 3 (failed)",)
    assert list(changes([(book.row(id), Outcome(id, report).made("v2"))])) == []


def test_the_fingerprint_is_of_all_that_a_mark_depends_on(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path / "c")
    course = Course(tmp_path / "c")
    before = fingerprint(course, "exercise_03")
    assert fingerprint(Course(tmp_path / "c"), "exercise_03") == before
    path = tmp_path / "c" / "tests" / "exercise_03" / "probes.toml"
    path.write_text(path.read_text() + "\n# changed\n")
    assert fingerprint(course, "exercise_03") != before


# From end to end


def test_a_class_is_graded_again_only_where_it_changed_and_regraded_only_when_asked(small: Path, tmp_path: Path) -> None:
    course = tmp_path / "course"
    shutil.copytree(small, course)
    folder, out = tmp_path / "in", tmp_path / "out"
    class_of(folder, {"ada": SOLUTION, "bob": WRONG, "eve": b"def train(:\n", "zoe": ENDS})
    (folder / "loose.txt").write_text("x")
    done = bulk(folder, out, course)
    assert done.returncode == 0, done.stderr
    assert "4 submissions of 4 students" in done.stdout
    marks = {row[0]: row[3:] for row in counted(out)}
    assert marks["ada"] == ("graded", "passed", 10.0)
    assert marks["bob"][1] == "failed"
    assert marks["eve"] == ("graded", "ungradable", 0.0)
    assert {"index.html", "grades.csv", "canvas.csv", "moodle.csv", "nbgrader.csv", "junit.xml", "reports.jsonl"} <= {
        path.name for path in out.iterdir()
    }
    pages = list((out / "reports").glob("*.html"))
    assert len(pages) == 4
    assert all(re.fullmatch(r"[0-9a-f]{20}\.html", page.name) for page in pages)  # a salted digest, no name
    assert all(sum(f'"{name}"' in page.read_text() for name in ("ada", "bob", "eve", "zoe")) == 0 for page in pages)

    again = bulk(folder, out, course)
    assert "graded (" not in again.stderr  # nothing was
    (folder / "bob" / "train.py").write_bytes(SOLUTION)
    third = bulk(folder, out, course)
    assert "1 of 1 graded" in third.stderr
    assert len(counted(out)) == 5  # bob's first try is still there

    checks = next((course / "tests" / "exercise_03").glob("test_*.py"))
    checks.write_text(checks.read_text().replace("@pytest.mark.points(1)", "@pytest.mark.points(0.5)", 1))
    told = bulk(folder, out, course)
    assert "5 marks were made by another version" in told.stdout
    before = counted(out)
    asked = bulk(None, out, course, "--regrade", typed="n\n")
    assert "ada, exercise_03: 10, now 9.5 (-0.5), passed" in asked.stdout
    assert "check finishes: 1 of 1, now 0.5 of 0.5 (passed)" in asked.stdout
    assert counted(out) == before
    agreed = bulk(None, out, course, "--regrade", "--yes")
    assert agreed.returncode == 0, agreed.stderr
    assert counted(out) != before
    assert next(row for row in counted(out) if row[0] == "ada")[5] == 9.5
    with sqlite3.connect(out / "gradebook.sqlite") as book:
        assert book.execute("SELECT count(*) FROM result").fetchone()[0] > 5  # history is kept


def test_killed_again_and_again_it_ends_with_what_an_unbroken_run_has(small: Path, tmp_path: Path) -> None:
    rng = random.Random(3)
    programs = [SOLUTION, WRONG, OTHER, ENDS]
    folder = class_of(tmp_path / "in", {f"s{n:02}": rng.choice(programs) + b"\n# %d\n" % n for n in range(40)})
    assert bulk(folder, tmp_path / "whole", small).returncode == 0
    broken = tmp_path / "broken"
    for n in range(5):
        process = subprocess.Popen(
            command(folder, broken, small),
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(2 + 0.4 * n)
        process.send_signal(signal.SIGTERM if n == 2 else signal.SIGKILL)
        process.wait(30)
    assert bulk(folder, broken, small).returncode == 0
    assert counted(broken) == counted(tmp_path / "whole")
    with sqlite3.connect(broken / "gradebook.sqlite") as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert book.execute("SELECT count(*), count(DISTINCT submission) FROM result").fetchone() == (40, 40)


def test_nothing_is_asked_for_that_isnt_there(tmp_path: Path, small: Path) -> None:
    nowhere = bulk(tmp_path / "nowhere", tmp_path / "out", small)
    assert (nowhere.returncode, "neither a folder nor a zip" in nowhere.stderr) == (2, True)
    missing = bulk(None, tmp_path / "other", small)
    assert (missing.returncode, "Which submissions?" in missing.stderr) == (2, True)


def test_what_is_handed_in_is_the_same_after_packing() -> None:
    submission = read_submission(ROOT / "solutions" / "exercise_03")
    assert unpacked(packed(submission)) == submission


# Somebody who waits comes first


def test_a_batch_lets_those_who_wait_pass_and_goes_on_when_they_are_gone() -> None:
    passed = threading.Event()

    def batch() -> None:
        let_pass()
        passed.set()

    let_pass()  # nobody waits
    with somebody_waits(), somebody_waits():
        thread = threading.Thread(target=batch)
        thread.start()
        assert not passed.wait(0.2)
    assert passed.wait(5)
    thread.join()


def test_who_was_killed_while_waiting_holds_nobody_up() -> None:
    code = (
        "import time\nfrom grader.waiting import somebody_waits\n"
        "with somebody_waits():\n    print('in', flush=True)\n    time.sleep(60)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == b"in\n"
        waiting.kill()
    let_pass()


def test_code_and_answers_alone_in_any_order_each_have_an_outcome(small: Path) -> None:
    answers = (ROOT / "solutions" / "exercise_03" / "answers.toml").read_bytes()
    alone, code = Submission({}, answers=answers), Submission({"train.py": SOLUTION})
    order = [alone, code, alone, alone, code, alone]
    with Local(Course(small), 2) as local:
        outcomes = list(local.grade("exercise_03", (Task(n, "exercise_03", one) for n, one in enumerate(order))))
    assert sorted(outcome.key for outcome in outcomes) == list(range(6))
    scores = {outcome.key: outcome.report and outcome.report.max_score for outcome in outcomes}
    assert scores == {0: 7.0, 1: 10.0, 2: 7.0, 3: 7.0, 4: 10.0, 5: 7.0}


def test_a_judge_that_is_killed_costs_its_submissions_one_more_try(small: Path, book: Gradebook) -> None:
    ids = book.enter([entry(f"s{n}", SOLUTION + b"\n# %d\n" % n) for n in range(12)])

    class Killing(Local):
        """Kills all judges once, as the system does where memory is short."""

        killed = False

        def grade(self, exercise: str, tasks: Iterable[Task]) -> Iterator[Outcome]:
            for n, outcome in enumerate(super().grade(exercise, tasks)):
                if n == 2 and not self.killed:
                    self.killed = True
                    for child in multiprocessing.active_children():
                        child.kill()
                yield outcome

    course = Course(small)
    with Killing(course, 2) as local:
        assert grade_waiting(book, book.begin_run("", {}), course, local, lambda _: None) == []
    assert [row.made and row.made.verdict for row in book.rows()] == ["passed"] * len(ids)


def test_what_couldnt_be_read_says_so_when_it_is_graded_anew_as_well(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in" / "ada"
    folder.mkdir(parents=True)
    (folder / "work.ipynb").write_text("{")
    out = tmp_path / "out"
    assert bulk(folder.parent, out, small).returncode == 0
    with Gradebook(out / "gradebook.sqlite") as book:
        (row,) = book.rows()
        ((_, made),) = grade_anew(book, [row.id], "exercise_03", Course(small), Failing(Course(small), {}))
    assert row.made is not None
    for said in (row.made.report, made.report):
        assert "work.ipynb can't be graded: it is no notebook" in said
