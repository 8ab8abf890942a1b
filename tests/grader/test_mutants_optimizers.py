"""The operators on hand-written optimizers: each finds its place in several styles, and what it makes is another program."""

import ast
from itertools import islice
from pathlib import Path

import pytest

from grader import mutants
from grader.course import Course

FOLDER = Path(__file__).parents[1] / "mutants"


@pytest.fixture(scope="module")
def operators() -> list[mutants.Operator]:
    """Those of tests/mutants/optimizers.py."""
    return [each for each in mutants.load_operators(FOLDER) if each.edit.__module__ == "optimizers"]


@pytest.fixture(scope="module")
def made(operators: list[mutants.Operator], course: Course) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For each operator and exercise the first right programs that it changes, with what it makes of them."""
    programs = {}
    for name in sorted({name for each in operators for name in each.exercises}):
        exercise = course.exercise(name)
        bases = [mutants.read_style(path) for path in (exercise.solution / "train.py", *exercise.programs("right"))]
        for operator in operators:
            if name in operator.exercises:
                pairs = ((base, mutants.apply(base, operator)) for base in bases)
                changed = ((base, source) for base, source in pairs if source is not None)
                programs[operator.name, name] = list(islice(changed, 3))
    return programs


def test_there_are_many_of_them_and_no_two_share_a_name(operators: list[mutants.Operator]) -> None:
    assert len(operators) >= 60
    assert len({each.name for each in operators}) == len(operators)


def test_their_mistakes_are_in_the_catalogue(operators: list[mutants.Operator], course: Course) -> None:
    assert {each.id for each in operators} <= set(course.misconceptions)


def test_each_changes_several_styles_of_each_of_its_exercises(made: dict[tuple[str, str], list[tuple[str, str]]]) -> None:
    assert [place for place, programs in made.items() if len(programs) < 2] == []


def test_what_they_make_compiles_and_is_another_program(made: dict[tuple[str, str], list[tuple[str, str]]]) -> None:
    for (operator, exercise), programs in made.items():
        for base, source in programs:
            compile(source, f"{operator} in {exercise}", "exec")
            assert source != ast.unparse(ast.parse(base)), (operator, exercise)
