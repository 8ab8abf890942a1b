"""Grading on a Dask cluster, as it is started by hand: a scheduler and workers in processes of their own, on loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from grader.bulk.cluster import Cluster
from grader.bulk.work import Task
from grader.course import Course
from grader.faults import UsageError
from grader.submission import Submission

ROOT = Path(__file__).parents[2]
SOLUTION = (ROOT / "solutions" / "exercise_03" / "train.py").read_bytes()


def dask(*arguments: str) -> subprocess.Popen[bytes]:
    """One of Dask's own commands."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """A process with all that it has started, as a machine that goes away."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


class Grid:
    """A scheduler and its workers."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start_scheduler()

    def start_scheduler(self) -> None:
        self.scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", self.port, "--no-dashboard")
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(self.port)), 1):
                return
            time.sleep(0.1)
        raise AssertionError("the scheduler doesn't start")

    def start_worker(self) -> None:
        self.workers.append(dask("worker", self.address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"))


@pytest.fixture
def grid() -> Iterator[Grid]:
    made = Grid()
    try:
        yield made
    finally:
        for process in (*made.workers, made.scheduler):
            end(process)


def tasks(count: int) -> list[Task]:
    """Right programs, each of its own, and one file of answers alone."""
    code = [Submission({"train.py": SOLUTION + b"\n# %d\n" % n}, student=f"s{n}") for n in range(count - 1)]
    answers = Submission({}, answers=(ROOT / "solutions" / "exercise_03" / "answers.toml").read_bytes())
    return [Task(n, "exercise_03", submission) for n, submission in enumerate([*code, answers])]


def test_a_worker_that_is_lost_costs_nothing_but_time(grid: Grid, course: Course) -> None:
    for _ in range(2):
        grid.start_worker()
    asked = tasks(14)
    done = []
    with Cluster(course, grid.address) as cluster:
        for outcome in cluster.grade("exercise_03", asked):
            done.append(outcome)
            if len(done) == 3:
                end(grid.workers[0])
    assert sorted(outcome.key for outcome in done) == list(range(14))
    assert [outcome.fault for outcome in done if outcome.report is None] == []
    assert all(outcome.report is not None and outcome.report.verdict == "passed" for outcome in done)


def test_a_scheduler_that_comes_back_with_its_workers_goes_on(grid: Grid, course: Course) -> None:
    grid.start_worker()
    done = []
    with Cluster(course, grid.address) as cluster:
        for outcome in cluster.grade("exercise_03", tasks(8)):
            done.append(outcome.key)
            if len(done) == 2:
                end(grid.scheduler)
                end(grid.workers[0])
                grid.start_scheduler()
                grid.start_worker()
    assert sorted(done) == list(range(8))


def test_an_address_where_nothing_answers_is_said(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.bulk.cluster.CONNECT_S", 1)
    with pytest.raises(UsageError, match="No scheduler answers at tcp:"):
        Cluster(course, "tcp://127.0.0.1:9")


def test_a_worker_of_another_version_is_a_fault_and_no_mark(
    grid: Grid, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid.start_worker()
    monkeypatch.setattr("grader.bulk.cluster.fingerprint", lambda *_: "another")
    with Cluster(course, grid.address) as cluster:
        (outcome,) = cluster.grade("exercise_03", tasks(1))
    assert outcome.report is None
    assert "another version" in outcome.fault
