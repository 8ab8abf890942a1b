"""The diagnosis on faulty programs that aren't on file: a sample of what `grade confusion` measures in full."""

from pathlib import Path

import pytest

from grader.commands.confusion import grade_mutants
from grader.course import Course
from grader.mutants import load_operators
from grader.runner import Runner

FOLDER = Path(__file__).parents[1] / "mutants"
NAMED = {"named", "one-of", "both", "one"}


@pytest.mark.parametrize("name", ["exercise_02", "exercise_06"])
def test_mistakes_in_programs_never_seen_are_named(course: Course, runner: Runner, name: str) -> None:
    operators = [each for each in load_operators(FOLDER) if name in each.exercises]
    graded = [each for each in grade_mutants(course.exercise(name), runner, operators, 1, 12) if each.outcome != "no effect"]
    assert len(graded) >= 40
    assert not [each for each in graded if each.outcome in ("wrong", "passed", "fault")]
    assert sum(each.outcome in NAMED for each in graded) >= 0.95 * len(graded)
