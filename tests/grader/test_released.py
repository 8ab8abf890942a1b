"""What was handed in with an earlier version is graded by this one: files kept from then, and numbers drawn otherwise since."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.bulk.work import fingerprint
from grader.course import Course
from grader.pipeline import Grader
from grader.questions.answers_file import blank
from grader.questions.grade import QuestionGrader
from grader.questions.model import QuestionSet
from grader.questions.sheet import make_sheet
from grader.released import keep_release, released
from grader.submission import read_submission

ROOT = Path(__file__).parents[2]
HANDED_IN = sorted(Path(__file__).with_name("handed_in").glob("*/*"))  # version, exercise: as that version's students made it


@pytest.mark.parametrize("folder", HANDED_IN, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_work_of_every_version_is_taken_whole(folder: Path, graders: dict[str, Grader]) -> None:
    submission = read_submission(folder, folder.name)
    assert submission.answers
    assert not submission.answers_trouble
    graded = QuestionGrader(QuestionSet(Course(ROOT).exercise(folder.name))).grade(submission.answers)
    assert graded.notes == ()
    assert {question.status for question in graded.questions} <= {"correct", "needs_review"}
    if submission.files:
        report = graders[folder.name].grade(submission)
        assert (report.verdict, report.score) == ("passed", 10.0)


def test_there_is_work_of_a_version_in_every_form() -> None:
    names = {path.name for folder in HANDED_IN for path in folder.iterdir()}
    assert names == {"train.py", "train.ipynb", "answers.toml"}
    assert len(HANDED_IN) >= 15


# Numbers that were drawn otherwise then


@pytest.fixture
def small(tmp_path: Path) -> Course:
    """A course of one exercise, whose files can be changed."""
    for part in ("exercises", "tests", "solutions"):
        shutil.copytree(ROOT / part / "exercise_03", tmp_path / part / "exercise_03", ignore=shutil.ignore_patterns("wrong"))
    for name in ("misconceptions.toml", "rubric_terms.toml"):
        shutil.copyfile(ROOT / "tests" / name, tmp_path / "tests" / name)
    return Course(tmp_path)


def grader(course: Course) -> QuestionGrader:
    return QuestionGrader(QuestionSet(course.exercise("exercise_03")))


def answered(course: Course, student: str) -> bytes:
    """A student's file, with what the program prints answered rightly."""
    questions = QuestionSet(course.exercise("exercise_03"))
    sheet = make_sheet(questions, student)
    asked = sheet.of("after_step")
    assert asked is not None
    assert asked.variant is not None
    right = questions.values["after_step"][asked.variant]["output"]
    return blank(sheet).replace('after_step = ""', f'after_step = "{right}"').encode()


def draw_anew(course: Course) -> None:
    """What another version of the course may do: everybody is asked another variant."""
    for part in ("exercises", "tests"):
        path = course.root / part / "exercise_03" / "drawn.json"
        path.write_text(json.dumps({id: variants[::-1] for id, variants in json.loads(path.read_text()).items()}))


def status(course: Course, content: bytes, student: str = "ada") -> str:
    (question,) = [q for q in grader(course).grade(content, student).questions if q.id == "after_step"]
    return question.status


@pytest.mark.parametrize("student", ["ada", "bob", "eve"])
def test_answers_to_a_release_are_marked_by_what_judged_it_then(small: Course, student: str) -> None:
    content = answered(small, student)
    assert status(small, content, student) == "correct"
    assert keep_release(small, "2026.1") == small.root / "tests" / "released" / "2026.1"
    draw_anew(small)
    assert status(small, content, student) == "correct"
    assert status(small, answered(small, student), student) == "correct"
    wrong = content.replace(b'after_step = "', b'after_step = "1')
    assert status(small, wrong, student) == "incorrect"
    shutil.rmtree(small.root / "tests" / "released")
    assert status(small, content, student) == "needs_review"  # and never a wrong mark


def test_another_students_numbers_are_no_earlier_release(small: Course) -> None:
    keep_release(small, "2026.1")
    sheets = {
        make_sheet(QuestionSet(small.exercise("exercise_03")), name).digest: name for name in ("ada", "bob", "eve", "zoe")
    }
    others = [name for name in sheets.values() if name != "ada"]
    assert others
    theirs = answered(small, others[0]).decode()
    content = re.sub(r"^ticket = .*\n", "", theirs, flags=re.M).replace(f'student = "{others[0]}"', 'student = "ada"')
    assert status(small, content.encode()) == "needs_review"


def test_a_release_is_kept_once_as_long_as_its_questions_stay_and_counts_in_what_made_a_mark(small: Course) -> None:
    before = fingerprint(small, "exercise_03")
    assert keep_release(small, "2026.1") is not None
    assert keep_release(small, "2026.2") is None
    assert fingerprint(small, "exercise_03") != before
    draw_anew(small)
    assert keep_release(small, "2026.2") is not None
    assert [path.name for path in released(small)] == ["2026.2", "2026.1"]
    assert not list((small.root / "tests" / "released").glob(".*"))


def test_the_command_keeps_it_and_says_so(small: Course) -> None:
    command = [sys.executable, "-m", "grader", "release", "--out", "out", "--version", "2026.1", "--course", "."]
    for kept in (True, False):
        done = subprocess.run(
            command, cwd=small.root, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert ("released/2026.1" in done.stdout.replace("\n", "")) is kept
    assert (small.root / "tests" / "released" / "2026.1" / "tests" / "exercise_03" / "drawn.json").is_file()
