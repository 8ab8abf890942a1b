"""Grading on a Dask cluster (`pip install 'descent-course[cluster]'`): its workers run the same confined pipeline.

The gradebook is written here alone: a worker gets a submission's bytes and gives a report's JSON back. Whatever is lost, a
worker or the scheduler, its tasks are handed out again.
"""

import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Self

from distributed import Client, Future, wait
from distributed.client import FuturesCancelledError
from distributed.comm.core import CommClosedError

from grader.bulk.content import packed, unpacked
from grader.bulk.work import Outcome, Task, fingerprint
from grader.course import Course, shipped_course
from grader.faults import GraderFault, UsageError
from grader.pipeline import Grader
from grader.report import Report
from grader.runner import Runner
from grader.unrun import questions_alone

AHEAD = 3  # tasks handed out for each of the cluster's threads
PATIENCE_S = 600  # for a scheduler that has gone away
CONNECT_S = 10
GONE = (CommClosedError, FuturesCancelledError, OSError, TimeoutError)  # what says that the scheduler is
LOOK_S = 5  # how often it is looked whether there are more workers, or no scheduler


class Cluster:
    """Grades on the workers of a scheduler. Use it as a context manager."""

    def __init__(self, course: Course, address: str) -> None:
        """Connect. Raises UsageError where there is no scheduler at that address."""
        self._address = address
        # The workers' copy of the course that ships with the package needn't be in the same folder.
        self._root = "" if course.root == shipped_course().root else str(course.root)
        self._course = course
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it tells of every try to connect again
        try:
            self._client: Client | None = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise UsageError(
                f"No scheduler answers at {address} ({error}). Start one with `dask scheduler`, and workers with "
                f"`dask worker {address} --nthreads 1`."
            ) from None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave; the cluster goes on."""
        if self._client is not None:
            self._client.close(timeout=2)

    def grade(self, exercise: str, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Grade submissions of one exercise, in the order in which they finish."""
        made_by = fingerprint(self._course, exercise)
        waiting, todo = iter(tasks), list[Task]()
        under_way: dict[Future[str], Task] = {}
        gone_since: float | None = None
        while True:
            try:
                client = self._connected()
                while len(under_way) < AHEAD * max(1, sum(client.nthreads().values())):
                    task = todo.pop() if todo else next(waiting, None)
                    if task is None:
                        break
                    under_way[self._submit(client, task, made_by)] = task
                if not under_way:
                    return
                done = _some_done(client, list(under_way))
                gone_since = None
            except GONE:
                todo += under_way.values()
                under_way.clear()
                gone_since = gone_since or time.monotonic()
                self._let_go(gone_since)
                continue
            for future in done:
                task = under_way.pop(future)
                if future.status == "cancelled":  # with its scheduler
                    todo.append(task)
                else:
                    yield _outcome(task.key, future)

    def _connected(self) -> Client:
        if self._client is None or self._client.status != "running":
            self._client = Client(self._address, timeout=CONNECT_S, set_as_default=False)
        return self._client

    def _let_go(self, since: float) -> None:
        """Forget a scheduler that has gone away, and wait a little. Raises GraderFault where it stays away."""
        if time.monotonic() - since > PATIENCE_S:
            raise GraderFault(
                f"The scheduler at {self._address} has been away for {PATIENCE_S // 60} minutes: begin again later."
            )
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=1)
        time.sleep(1)

    def _submit(self, client: Client, task: Task, made_by: str) -> Future[str]:
        submission = task.submission
        return client.submit(
            grade_there, self._root, task.exercise, packed(submission), submission.student, made_by, pure=False, retries=2
        )


def _some_done(client: Client, futures: list[Future[str]]) -> set[Future[str]]:
    """What is done by now, after a while at the most."""
    with client.as_current():
        try:
            done: set[Future[str]] = wait(futures, timeout=LOOK_S, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            return set()
    return done


def _outcome(key: int, future: Future[str]) -> Outcome:
    try:
        told: dict[str, Any] = json.loads(future.result(timeout=CONNECT_S))
    except Exception as error:  # a worker that died of it three times, or a fault of Dask's
        return Outcome(key, None, f"The cluster couldn't grade it: {type(error).__name__}: {error}")
    report = Report.model_validate(told["report"]) if told["report"] is not None else None
    return Outcome(key, report, told["fault"])


def grade_there(root: str, exercise: str, content: bytes, student: str, made_by: str) -> str:
    """On a worker: grade one submission; the report and, where the grader failed, what it said, as JSON."""
    with _one_at_a_time:
        try:
            report = _grade(root, exercise, content, student, made_by)
        except GraderFault as fault:
            return json.dumps({"report": None, "fault": str(fault)})
        return json.dumps({"report": report.model_dump(mode="json"), "fault": ""})


_one_at_a_time = threading.Lock()  # a runner serves one thread


def _grade(root: str, exercise: str, content: bytes, student: str, made_by: str) -> Report:
    course = Course(Path(root)) if root else shipped_course()
    if _fingerprint(course.root, exercise) != made_by:
        raise GraderFault(
            "A worker has another version of the course, the grader or torch than this machine: install the same."
        )
    grader = _grader(course.root, exercise)
    submission = unpacked(content, student)
    if submission.files:
        return grader.grade(submission)
    answers = grader.questions.grade(submission.answers, student, submission.answers_trouble)
    return questions_alone(grader.exercise, answers)


@cache
def _fingerprint(root: Path, exercise: str) -> str:
    return fingerprint(Course(root), exercise)


@cache
def _runner(root: Path) -> Runner:
    return Runner(hidden=Course(root).hidden)


@cache
def _grader(root: Path, exercise: str) -> Grader:
    return Grader(Course(root).exercise(exercise), _runner(root))
