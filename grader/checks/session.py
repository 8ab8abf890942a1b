"""Runs an exercise's hidden checks: pytest collects them once, then they are run on one submission after the other.

`pytest.main()` costs 100 ms, a test 0.5 ms; so a session is kept open for as long as there are submissions. The steps are those
of `pytest.main` itself, taken one by one, as pytest-xdist's workers take them.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol

from grader.checks.run import Run, Unmet
from grader.course import Exercise
from grader.faults import GraderFault
from grader.report import CheckReport

# Plugins of pytest's own that checks have no use for: they put hooks of the process's in place, and take half the time.
UNUSED = ("cacheprovider", "warnings", "logging", "faulthandler", "unraisableexception", "threadexception", "debugging")
CALLERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST")  # in the environment, and not meant for us


class CheckSession:
    """An open pytest session over one exercise's hidden checks."""

    def __init__(self, exercise: Exercise) -> None:
        """Collect the checks. Raises GraderFault where they can't be, or where one lacks its points or docstring."""
        self._current = _Current()
        paths = sorted(exercise.judging.glob("test_*.py"))
        if not paths:  # pytest would look for others
            raise GraderFault(f"{exercise.name} has no checks in {exercise.judging}.")
        arguments = [
            *("-c", os.devnull, "--rootdir", str(exercise.judging), "--import-mode=importlib", "--assert=plain"),
            *("--disable-plugin-autoload", "--capture=no", "-q", *(f"-pno:{plugin}" for plugin in UNUSED)),
            *map(str, paths),
        ]
        with _quiet(), _own_modules(paths):
            self._config = _prepareconfig(arguments, [self._current])
            self._config._do_configure()
            session = pytest.Session.from_config(self._config)
            self._config.hook.pytest_sessionstart(session=session)
            try:
                self._config.hook.pytest_collection(session=session)
            except pytest.UsageError as error:
                self._current.broken = self._current.broken or str(error)
        try:
            if self._current.broken:
                raise GraderFault(f"The checks of {exercise.name} can't be collected: {self._current.broken}")
            self._checks = [Check(item) for item in session.items]
            if not self._checks:
                raise GraderFault(f"{exercise.name} has no checks in {exercise.judging}.")
            self._names_are_sound()
        except GraderFault:
            self.close()
            raise

    def _names_are_sound(self) -> None:
        names: set[str] = set()
        for check in self._checks:
            if check.name in names:
                raise GraderFault(f"Two checks are called {check.name}: {check.item.nodeid} is one of them.")
            unknown = [name for name in check.needs if name not in names]
            if unknown:
                raise GraderFault(f"The check {check.item.nodeid} needs {unknown[0]}, but no check before it is called so.")
            names.add(check.name)

    def worth(self) -> tuple["Check", ...]:
        """The checks, with what each is worth."""
        return tuple(self._checks)

    def run(self, run: Run) -> tuple[CheckReport, ...]:
        """Judge one submission. Raises GraderFault where a check itself breaks."""
        self._current.run = run
        results: dict[str, CheckReport] = {}
        for check in self._checks:
            missed = next((n for n in check.needs if results[n].status != "passed"), None)
            if missed is not None:
                results[check.name] = check.result("skipped", f"Not judged yet, because of this: {results[missed].title}.")
                continue
            check.item._initrequest()  # type: ignore[attr-defined]
            with _quiet():
                runtestprotocol(check.item, log=False, nextitem=None)
            error = self._current.caught()
            if error is None:
                results[check.name] = check.result("passed")
            elif isinstance(error, Unmet):
                results[check.name] = check.result("failed", error.message, error.case, error.share)
            else:
                raise GraderFault(f"The check {check.name} broke: {type(error).__name__}: {error}") from error
        return tuple(results.values())

    def close(self) -> None:
        """End the session."""
        with _quiet():
            self._config._ensure_unconfigure()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close."""
        self.close()


class Check:
    """A collected test function with its marks."""

    def __init__(self, item: pytest.Item) -> None:
        """Raises GraderFault where the docstring or the points are missing."""
        self.item, self.name = item, item.name
        points = item.get_closest_marker("points")
        lines = (getattr(item, "function").__doc__ or "").strip().splitlines()  # noqa: B009
        if points is None or not lines or [type(n) for n in points.args] not in ([int], [float]):
            raise GraderFault(f"The check {item.nodeid} needs a docstring and @pytest.mark.points(…).")
        self.points, self.title = float(points.args[0]), lines[0].rstrip(".")
        self.needs = [str(name) for mark in item.iter_markers("needs") for name in mark.args]

    def result(
        self, status: Literal["passed", "failed", "skipped"], message: str = "", case: str = "", share: float = 0.0
    ) -> CheckReport:
        """How it came out. `case`: where it failed first; `share`: the part of the points that it still earns."""
        earned = 1.0 if status == "passed" else min(max(share, 0.0), 0.99)
        points = round(self.points * earned, 2)
        id = self.name.removeprefix("test_")
        return CheckReport(
            id=id, title=self.title, status=status, points=points, max_points=self.points, message=message, case=case
        )


class _Current:
    """The plugin: hands the checks what is being judged, and catches what they raise."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self.broken = ""
        self._error: BaseException | None = None

    def caught(self) -> BaseException | None:
        """What the last check raised; forgotten once it is asked for."""
        error, self._error = self._error, None
        return error

    @pytest.fixture(name="run")
    def _run(self) -> Run:
        assert self.run is not None
        return self.run

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "points(n): what a check is worth")
        config.addinivalue_line("markers", "needs(*names): the checks that must pass before this one is judged")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = str(report.longrepr)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[Any]) -> Iterator[None]:
        if call.excinfo is not None:
            # Taken out of pytest's hands: it would spend 10 ms on a traceback that nobody reads.
            self._error, call.excinfo = call.excinfo.value, None
        return (yield)


@contextlib.contextmanager
def _own_modules(paths: list[Path]) -> Iterator[None]:
    """Let pytest import these files anew: it goes by the file's name, and another exercise's may have the same."""
    names = [path.stem for path in paths]
    others = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        yield
    finally:
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(others)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep pytest's own words, and the settings that are meant for the caller's pytest, out of it."""
    hidden = {key: os.environ.pop(key) for key in CALLERS if key in os.environ}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        os.environ.update(hidden)
