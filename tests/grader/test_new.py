"""`grade new`: a new exercise is sound from the first moment, whatever it is called, and nothing that is there is touched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course import Course

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course with exercise_01 alone."""
    for folder in ("exercises", "tests", "solutions"):
        shutil.copytree(
            ROOT / folder / "exercise_01", tmp_path / folder / "exercise_01", ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("misconceptions.toml", "rubric_terms.toml"):
        shutil.copyfile(ROOT / "tests" / name, tmp_path / "tests" / name)
    return tmp_path


def grade(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "grader", *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )


def test_a_new_exercise_is_sound_and_stands_behind_the_others(root: Path) -> None:
    made = grade("new", "exercise_16", "--like", "exercise_01", cwd=root)
    assert made.returncode == 0, made.stderr
    course = Course(root)
    assert course.names == ["exercise_01", "exercise_16"]
    assert course.exercise("exercise_16").about.after == "exercise_01"
    for folder in ("exercises", "solutions", "tests"):
        for path in (root / folder / "exercise_16").rglob("*"):
            if path.is_file():
                assert b"exercise_01" not in path.read_bytes().replace(b'after = "exercise_01"', b""), path
    assert "# Exercise 16" in (root / "exercises" / "exercise_16" / "README.md").read_text()
    done = grade("verify", "exercise_16", "--signatures", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "exercise_16: sound" in done.stdout


@pytest.mark.parametrize(
    ("name", "like", "said"),
    [
        ("exercise_01", "exercise_01", "is there already"),
        ("../evil", "exercise_01", "is no name"),
        ("exercise_16", "exercise_99", "no exercise called"),
    ],
)
def test_what_cant_be_begun_leaves_nothing_behind(name: str, like: str, said: str, root: Path) -> None:
    before = sorted(root.rglob("*"))
    done = grade("new", name, "--like", like, cwd=root)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(path for path in root.rglob("*") if "__pycache__" not in path.parts) == before


def test_a_student_edition_begins_none(root: Path) -> None:
    shutil.rmtree(root / "tests")
    shutil.rmtree(root / "solutions")
    assert "nothing that judges" in grade("new", "exercise_16", "--like", "exercise_01", cwd=root).stderr
