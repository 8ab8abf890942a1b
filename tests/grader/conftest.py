"""What the tests share: one runner, and the exercises of this checkout. Everything is real; nothing is mocked."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.course import Course
from grader.job import limits, make_job, trace_of
from grader.pipeline import Grader
from grader.report import Report
from grader.runner import Runner
from grader.submission import Submission
from grader.trace import Trace

ROOT = Path(__file__).parents[2]
# A batch lets everything else on the machine go first, and CI checks the course beside the tests: these come when it is done.
POLITE = {"test_bulk.py", "test_cluster.py", "test_documents.py", "test_intake_disk.py", "test_other_course.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that grade batches behind all others."""
    items.sort(key=lambda item: item.path.name in POLITE)


collect_ignore = ["other_course"]  # its checks judge submissions, and test nothing here


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is cached, and how far somebody is, out of the user's own folders, and start without either.

    Where the tests run in several processes, these share what is cached: recordings of known mistakes, named by their content.
    """
    together = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(together / "cache"))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def course() -> Course:
    """The course of this checkout."""
    return Course(ROOT)


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """One warmed process for all tests."""
    with Runner() as running:
        yield running


@pytest.fixture(scope="session")
def graders(course: Course, runner: Runner) -> dict[str, Grader]:
    """A grader for each exercise."""
    return {name: Grader(course.exercise(name), runner) for name in course.names}


@pytest.fixture(scope="session")
def grade(graders: dict[str, Grader]) -> Callable[..., Report]:
    """Grade source code: `grade(source, exercise="exercise_03")`."""

    def graded(source: str | bytes, exercise: str = "exercise_03") -> Report:
        return graders[exercise].grade(_submission(source))

    return graded


@pytest.fixture(scope="session")
def record(course: Course, runner: Runner) -> Callable[..., Trace]:
    """Run source code, confined, and return its trace: `record(source, exercise="exercise_03")`."""

    def recorded(source: str | bytes, exercise: str = "exercise_03") -> Trace:
        asked = course.exercise(exercise)
        return trace_of(runner.run(make_job(asked, _submission(source)), limits(asked)), asked)

    return recorded


def _submission(source: str | bytes) -> Submission:
    return Submission({"train.py": source.encode() if isinstance(source, str) else source})
