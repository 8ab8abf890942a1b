"""Where a course is found, and what is said where one is broken."""

import re
import shutil
from pathlib import Path

import pytest

from grader.course import Course, find_course, is_course, shipped_course
from grader.faults import GraderFault, UsageError
from grader.questions.rubrics import read_rubrics
from grader.reference import references
from grader.submission import Submission, read_submission

ABOUT = """
title = "A title"
teaches = "Something."
begin = "Begin here."
points = 10
[functions]
train = ["model"]
[shown]
name = "a line"
arguments = { seed = 1 }
"""
PROBES = '[[case]]\nname = "another"\narguments = { seed = 2 }\n'


def make_course(root: Path, *names: str) -> Path:
    for name in names:
        (root / "exercises" / name).mkdir(parents=True)
        (root / "exercises" / name / "exercise.toml").write_text(ABOUT)
        (root / "tests" / name).mkdir(parents=True)
        (root / "tests" / name / "probes.toml").write_text(PROBES)
    return root


# Where


def test_the_course_asked_for_comes_before_the_one_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    around, asked = make_course(tmp_path / "around", "exercise_01"), make_course(tmp_path / "asked", "exercise_02")
    monkeypatch.chdir(around)
    assert find_course(asked).names == ["exercise_02"]
    assert find_course().names == ["exercise_01"]


def test_the_nearest_course_upward_is_found_from_any_folder_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = make_course(tmp_path, "exercise_01")
    inner = make_course(tmp_path / "a" / "b", "exercise_02")
    deep = inner / "exercises" / "exercise_02"
    for folder, root in ((deep, inner), (inner, inner), (tmp_path / "a", outer)):
        monkeypatch.chdir(folder)
        assert find_course().root == root.resolve()


def test_without_a_course_around_the_one_that_ships_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not any(is_course(folder) for folder in (tmp_path, *tmp_path.parents))
    assert find_course().root == shipped_course().root
    assert "exercise_03" in find_course().names


def test_a_folder_asked_for_that_is_no_course_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    (tmp_path / "exercises" / "exercise_01").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match=re.escape(str(folder))):
            find_course(folder)


# Names


@pytest.mark.parametrize("name", ["3", "03", "exercise_03"])
def test_an_exercise_goes_by_its_name_or_its_number(name: str, course: Course) -> None:
    assert course.exercise(name).name == "exercise_03"


@pytest.mark.parametrize(
    "name", ["99", "", "exercise_3", "EXERCISE_03", "../exercise_03", "exercise_03/", "003", " 3", "-3", "x"]
)
def test_an_exercise_that_is_not_there_is_a_mistake_in_the_command(name: str, course: Course) -> None:
    with pytest.raises(UsageError, match="There are: exercise_01, exercise_02"):
        course.exercise(name)


def test_of_two_that_could_be_meant_the_literal_name_counts(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path, "3", "exercise_3", "exercise_03"))
    assert course.exercise("3").name == "3"
    assert course.exercise("03").name == "exercise_03"
    assert course.exercise("exercise_3").name == "exercise_3"


def test_a_number_will_do_whatever_the_exercises_are_called_where_one_is_meant(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path, "stable_01", "stable_02", "warm_02", "warm_up"))
    assert course.exercise("1").name == course.exercise("01").name == "stable_01"
    for name in ("2", "02", "up"):
        with pytest.raises(UsageError, match="no exercise called"):
            course.exercise(name)


def test_folders_of_one_name_are_one_exercise_and_need_no_register(tmp_path: Path) -> None:
    course = Course(make_course(tmp_path, "exercise_02", "exercise_01"))
    assert course.names == ["exercise_01", "exercise_02"]
    make_course(tmp_path, "warm_up")
    (tmp_path / "exercises" / "no_exercise").mkdir()
    (tmp_path / "exercises" / "README.md").write_text("")
    assert Course(tmp_path).names == ["exercise_01", "exercise_02", "warm_up"]
    exercise = Course(tmp_path).exercise("warm_up")
    assert {exercise.folder.name, exercise.solution.name, exercise.judging.name} == {"warm_up"}


def test_a_rubric_is_found_whatever_its_exercise_is_called(tmp_path: Path) -> None:
    rubrics = make_course(tmp_path, "warm_up") / "tests" / "warm_up" / "rubrics"
    rubrics.mkdir()
    (rubrics / "why.toml").write_text('[why]\nprompt = "Why?"\n[[why.keypoints]]\nid = "because"\ntext = "Because."\n')
    assert read_rubrics(Course(tmp_path)).keys() == {"why"}


def test_the_same_name_in_two_courses_is_two_exercises(tmp_path: Path) -> None:
    one, other = make_course(tmp_path / "one", "exercise_01"), make_course(tmp_path / "other", "exercise_01")
    (other / "exercises" / "exercise_01" / "exercise.toml").write_text(ABOUT.replace("A title", "Another"))
    assert Course(one).exercise("1").about.title == "A title"
    assert Course(other).exercise("1").about.title == "Another"


# What is in it


def test_the_shown_case_is_the_first_and_the_only_one_that_is_shown(tmp_path: Path) -> None:
    cases = Course(make_course(tmp_path, "exercise_01")).exercise("1").cases
    assert [(case.name, case.shown) for case in cases] == [("a line", True), ("another", False)]


def test_the_student_edition_has_the_shown_case_alone(tmp_path: Path) -> None:
    shutil.rmtree(make_course(tmp_path, "exercise_01") / "tests")
    exercise = Course(tmp_path).exercise("1")
    assert not exercise.gradable
    assert [case.name for case in exercise.cases] == ["a line"]
    assert Course(tmp_path).misconceptions == {}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("title = \nx = 1\n", "line 1"),
        ('x = "\xff'.encode("latin-1"), "utf-8"),
        (ABOUT + "\n[limits]\nwall_s = 0\n", "limits.wall_s"),
        (ABOUT + "\n[limits]\nwal_s = 1\n", "limits.wal_s"),
        (ABOUT.replace('"model"', "5"), "functions.train.0"),
        (ABOUT.replace("points = 10", 'points = "many"'), "points"),
        (ABOUT.replace('title = "A title"', ""), "title"),
        (ABOUT.replace("seed = 1 }", "seed = 1 }\nextra = 1"), "shown.extra"),
        (ABOUT + ABOUT, "line"),
    ],
)
def test_a_broken_file_of_a_course_is_a_fault_that_names_the_file_and_the_place(
    text: str | bytes, place: str, tmp_path: Path
) -> None:
    path = make_course(tmp_path, "exercise_01").resolve() / "exercises" / "exercise_01" / "exercise.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(GraderFault) as fault:
        _ = Course(tmp_path).exercise("1").about
    assert str(path) in str(fault.value)
    assert place in str(fault.value)


def test_broken_probes_and_a_broken_catalogue_are_faults_that_name_the_place(tmp_path: Path) -> None:
    make_course(tmp_path, "exercise_01")
    (tmp_path / "tests" / "exercise_01" / "probes.toml").write_text('[[case]]\nname = "another"\n')
    with pytest.raises(GraderFault, match=r"probes\.toml is not as it should be, at case\.0\.arguments"):
        _ = Course(tmp_path).exercise("1").cases
    (tmp_path / "tests" / "misconceptions.toml").write_text('[steps_twice]\ntitle = "Two"\nsee = ""\nwhy = ""\nmend = ""\n')
    with pytest.raises(GraderFault, match=r"misconceptions\.toml is not as it should be, at read"):
        _ = Course(tmp_path).misconceptions


def test_a_module_of_the_authors_that_is_missing_is_a_fault_that_names_it(tmp_path: Path) -> None:
    exercise = Course(make_course(tmp_path, "exercise_01")).exercise("1")
    with pytest.raises(GraderFault, match=r"problem\.py"):
        references(exercise)
    (exercise.folder / "problem.py").write_text("")
    with pytest.raises(GraderFault, match=r"reference\.py"):
        references(exercise)


def test_every_exercise_of_this_course_can_be_read(course: Course) -> None:
    assert course.names[:4] == ["exercise_01", "exercise_02", "exercise_03", "exercise_04"]
    for name in course.names:
        exercise = course.exercise(name)
        assert len({case.name for case in exercise.cases}) == len(exercise.cases) > 1
        assert read_submission(exercise.solution).files.keys() >= {"train.py"}
        for path in exercise.programs("wrong"):
            assert path.stem.partition("--")[0] in course.misconceptions
            assert isinstance(read_submission(path), Submission)
