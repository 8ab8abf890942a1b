"""`grade list`, `grade hint`, and what is remembered between two of them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import Course
from grader.progress import Progress, next_exercise, progress_file

ROOT = Path(__file__).parents[2]


def grade(*arguments: object, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_hints_come_one_at_a_time_and_are_remembered(course: Course) -> None:
    hints = course.exercise("exercise_03").about.hints
    for k in range(3):
        said = " ".join(grade("hint", "3").stdout.split())
        assert f"Hint {k + 1} of 3: {hints[k]}" in said
        assert sum(hint in said for hint in hints) == 1
    said = " ".join(grade("hint").stdout.split())  # of the exercise asked about last
    assert all(hint in said for hint in hints)
    assert "no more" in said


def test_again_repeats_what_was_shown_and_gives_nothing_new(course: Course) -> None:
    hints = course.exercise("exercise_02").about.hints
    assert "You have asked for no hint" in grade("hint", "2", "--again").stderr
    grade("hint", "2")
    said = " ".join(grade("hint", "2", "--again").stdout.split())
    assert hints[0] in said
    assert hints[1] not in said
    assert Progress(course).of("exercise_02").hints == 1


def test_a_hint_for_nothing_says_what_to_type() -> None:
    result = grade("hint")
    assert result.returncode == 2
    assert "grade hint exercise_03" in result.stderr


def test_the_map_shows_every_exercise_and_what_was_reached(course: Course) -> None:
    Progress(course).graded("exercise_01", 10.0, passed=True)
    Progress(course).graded("exercise_02", 4.0, passed=False)
    Progress(course).graded("exercise_02", 3.0, passed=False)
    Progress(course).hinted("exercise_02", 2)
    result = grade("list")
    said = " ".join(result.stdout.split())
    assert result.returncode == 0
    for name in course.names:
        about = course.exercise(name).about
        assert f"{name[-2:]} {about.title}" in said
        assert about.teaches in said
    assert "Anatomy of one step [passed, 10 of 10]" in said
    assert "Downhill by hand [begun, 4 of 10, 2 of 3 hints]" in said
    assert "You have passed 1." in said
    assert said.endswith("Next: grade exercise_02")
    assert all(len(line) <= 60 for line in grade("list", COLUMNS="60").stdout.splitlines())


def test_a_pass_is_never_lost_by_a_later_try(course: Course) -> None:
    Progress(course).graded("exercise_01", 10.0, passed=True)
    Progress(course).graded("exercise_01", 1.0, passed=False)
    standing = Progress(course).of("exercise_01")
    assert (standing.passed, standing.best) == (True, 10.0)
    following = next_exercise(course, Progress(course))
    assert following is not None
    assert following.name == "exercise_02"


def test_a_file_that_cannot_be_read_is_put_aside(course: Course) -> None:
    progress_file().parent.mkdir(parents=True)
    progress_file().write_text("{half a fi", "utf-8")
    assert Progress(course).last is None
    Progress(course).graded("exercise_01", 2.0, passed=False)
    assert json.loads(progress_file().read_text("utf-8"))["last"]["shipped"] == "exercise_01"
    assert progress_file().with_suffix(".unreadable").read_text("utf-8") == "{half a fi"


def test_a_file_that_cannot_be_written_stops_nobody(course: Course) -> None:
    progress_file().parent.parent.mkdir(parents=True, exist_ok=True)
    progress_file().parent.write_text("a file where the folder should be", "utf-8")
    Progress(course).graded("exercise_01", 2.0, passed=False)
    assert grade("list").returncode == 0


def test_two_courses_are_kept_apart(tmp_path: Path, course: Course) -> None:
    other = Course(tmp_path)
    Progress(other).graded("exercise_01", 10.0, passed=True)
    assert not Progress(course).of("exercise_01").passed
    Progress(course).hinted("exercise_04", 1)
    assert Progress(other).of("exercise_01").passed


def test_grading_ones_own_file_is_remembered_and_anothers_is_not(tmp_path: Path) -> None:
    grade("start", "exercise_01", cwd=tmp_path)
    solution = ROOT / "solutions" / "exercise_01" / "train.py"
    grade("exercise_01", "--submission", solution, "--no-page", cwd=tmp_path)
    assert "[" not in grade("list", cwd=tmp_path).stdout
    result = grade("exercise_01", "--no-page", cwd=tmp_path)
    assert "Stuck?  grade hint exercise_01" in result.stdout
    (tmp_path / "exercise_01" / "train.py").write_bytes(solution.read_bytes())
    result = grade("exercise_01", "--no-page", cwd=tmp_path)
    assert result.returncode == 0
    assert "Stuck" not in result.stdout
    assert "[passed, 10 of 10]" in grade("list", cwd=tmp_path).stdout
