"""The course's own check, and that it notices what it is there to notice."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.commands.verify import behaviour, layout, stray
from grader.course import Course, Exercise
from grader.runner import Runner

ROOT = Path(__file__).parents[2]
EXERCISES = Course(ROOT).names


def test_nothing_lies_beside_the_exercises(course: Course) -> None:
    assert list(stray(course)) == []


@pytest.mark.parametrize("name", EXERCISES)
def test_each_file_is_where_it_should_be(course: Course, name: str) -> None:
    assert list(layout(course.exercise(name))) == []


@pytest.mark.parametrize("name", EXERCISES)
def test_stub_solution_right_and_wrong_programs_come_out_as_they_should(course: Course, runner: Runner, name: str) -> None:
    assert list(behaviour(course.exercise(name), runner)) == []


@pytest.mark.parametrize(
    ("name", "least"), [("exercise_01", 20), ("exercise_02", 20), ("exercise_03", 20), ("exercise_04", 25)]
)
def test_an_exercise_knows_many_mistakes(course: Course, name: str, least: int) -> None:
    ids = {path.stem.partition("--")[0] for path in course.exercise(name).programs("wrong")}
    assert len(ids) >= least


@pytest.fixture
def copy(tmp_path: Path) -> Exercise:
    """A course of one exercise with one wrong program, to damage."""
    for folder in ("exercises", "solutions"):
        shutil.copytree(ROOT / folder / "exercise_03", tmp_path / folder / "exercise_03")
    judging = tmp_path / "tests" / "exercise_03"
    shutil.copytree(ROOT / "tests" / "exercise_03", judging, ignore=shutil.ignore_patterns("wrong", "right", "__pycache__"))
    (judging / "wrong").mkdir()
    shutil.copy(ROOT / "tests" / "exercise_03" / "wrong" / "never_clears_gradients.py", judging / "wrong")
    shutil.copy(ROOT / "tests" / "misconceptions.toml", tmp_path / "tests")
    toml = tmp_path / "exercises" / "exercise_03" / "exercise.toml"
    toml.write_text(toml.read_text().replace('after = "exercise_02"\n', ""))
    probes = judging / "probes.toml"
    probes.write_text("[[case]]" + probes.read_text().partition("[[case]]")[2])  # without what it declares about others
    return Course(tmp_path).exercise("exercise_03")


def test_the_copy_is_sound(copy: Exercise, runner: Runner) -> None:
    assert [*stray(copy.course), *layout(copy), *behaviour(copy, runner)] == []


def _first(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new, 1))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda e: (e.folder / "notes.txt").write_text("x"), "notes.txt doesn't belong"),
        (lambda e: (e.judging / "wrong" / "notes.txt").write_text("x"), "notes.txt doesn't belong"),
        (lambda e: (e.folder / "README.md").unlink(), "README.md is missing"),
        (lambda e: (e.solution / "train.py").unlink(), "train.py is missing"),
        (lambda e: _replace(e.folder / "exercise.toml", "hints = [", 'hints = ["", '), "three hints"),
        (
            lambda e: _replace(e.folder / "exercise.toml", "title =", 'after = "exercise_00"\ntitle ='),
            "comes after exercise_00",
        ),
        (lambda e: (e.judging / "wrong" / "is_no_mistake.py").write_text("x"), "no such mistake"),
    ],
)
def test_a_file_out_of_place_is_noticed(copy: Exercise, damage: Callable[[Exercise], object], said: str) -> None:
    damage(copy)
    assert any(said in complaint for complaint in layout(Course(copy.course.root).exercise(copy.name)))


def test_a_folder_that_is_no_exercise_is_noticed(copy: Exercise) -> None:
    (copy.course.root / "solutions" / "exercise_99").mkdir()
    assert any("exercise_99" in complaint for complaint in stray(copy.course))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda e: shutil.copy(e.solution / "train.py", e.judging / "wrong" / "never_steps.py"), "never_steps.py: passed"),
        (
            lambda e: shutil.copy(e.judging / "wrong" / "never_clears_gradients.py", e.solution / "train.py"),
            "train.py: failed, 7",
        ),
        (lambda e: shutil.copy(e.solution / "train.py", e.folder / "train.py"), "the stub: passed"),
        (
            lambda e: shutil.copy(e.judging / "wrong" / "never_clears_gradients.py", e.judging / "wrong" / "never_steps.py"),
            "can't be told from",
        ),
        (
            lambda e: _first(e.judging / "probes.toml", "[[case]]", 'one_of = [["never_steps", "steps_twice"]]\n[[case]]'),
            "declared one-of, but are told apart",
        ),
        (lambda e: _replace(e.folder / "exercise.toml", "points = 10", "points = 11"), "worth 10 points"),
    ],
)
def test_a_program_that_comes_out_otherwise_is_noticed(
    copy: Exercise, runner: Runner, damage: Callable[[Exercise], object], said: str
) -> None:
    damage(copy)
    assert any(said in complaint for complaint in behaviour(Course(copy.course.root).exercise(copy.name), runner))
