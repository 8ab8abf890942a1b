"""The rubrics of a course's short answers, read from beside the exercises' checks."""

from collections.abc import Mapping

from grader.course import Course, read_toml
from grader.faults import GraderFault
from grader.questions.model import RUBRICS
from grader.questions.short import Rubric, rubric_of
from grader.questions.short.patterns import PatternError

TERMS = "rubric_terms.toml"  # lists of terms that all rubrics may speak of


def read_rubrics(course: Course) -> dict[str, Rubric]:
    """All rubrics of a course, by id. Raises GraderFault where one isn't as it should be."""
    terms = course.root / "tests" / TERMS
    shared: Mapping[str, str] = read_toml(terms) if terms.is_file() else {}
    found: dict[str, Rubric] = {}
    for path in (path for name in course.names for path in sorted((course.root / "tests" / name / RUBRICS).glob("*.toml"))):
        for id, table in read_toml(path).items():
            try:
                found[id] = rubric_of(id, table, shared)
            except (KeyError, TypeError, ValueError, PatternError) as error:
                raise GraderFault(f"The course's file {path} is not as it should be: {type(error).__name__}: {error}") from None
    return found
