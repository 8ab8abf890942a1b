"""The operators on the experiments (06, 07, 12, 13): each finds its place in several styles, and what it makes is a program."""

import ast
from pathlib import Path

import pytest

from grader import mutants
from grader.course import Course

FOLDER = Path(__file__).parents[1] / "mutants"
Made = dict[tuple[str, str, str], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def operators() -> list[mutants.Operator]:
    """Those of tests/mutants/experiments.py."""
    return [each for each in mutants.load_operators(FOLDER) if each.edit.__module__ == "experiments"]


@pytest.fixture(scope="module")
def made(operators: list[mutants.Operator], course: Course) -> Made:
    """For each operator and exercise, every right program that it changes, with what it makes of it."""
    programs: Made = {}
    for name in sorted({name for each in operators for name in each.exercises}):
        exercise = course.exercise(name)
        bases = [mutants.read_style(path) for path in (exercise.solution / "train.py", *exercise.programs("right"))]
        for operator in operators:
            if name in operator.exercises:
                pairs = [(base, mutants.apply(base, operator)) for base in bases]
                programs[name, operator.id, operator.name] = [(base, source) for base, source in pairs if source is not None]
    return programs


def test_there_are_many_and_no_two_of_an_exercise_share_a_name(operators: list[mutants.Operator], made: Made) -> None:
    assert len(operators) >= 50
    places = [(name, operator.name) for operator in operators for name in operator.exercises]
    assert len(set(places)) == len(places) == len(made)


def test_their_mistakes_are_in_the_catalogue(operators: list[mutants.Operator], course: Course) -> None:
    assert {each.id for each in operators} <= set(course.misconceptions)


def test_each_changes_at_least_two_styles_of_each_of_its_exercises(made: Made) -> None:
    assert [place for place, programs in made.items() if len(programs) < 2] == []


def test_whatever_they_make_compiles_and_is_another_program(made: Made) -> None:
    for place, programs in made.items():
        for base, source in programs:
            compile(source, " ".join(place), "exec")
            assert source != ast.unparse(ast.parse(base)), place
