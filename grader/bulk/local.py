"""Grading on this machine's cores: submissions run confined, side by side, and what they did is judged in forked processes.

The process that has torch warm, the references made and the known mistakes read is forked once for each core and exercise, so
that judging, which takes longer than starting a run, is not done one by one.
"""

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain

from grader.bulk.work import Outcome, Task
from grader.course import Course
from grader.faults import GraderFault, UsageError
from grader.job import limits, make_job
from grader.pipeline import Grader
from grader.report import Report
from grader.runner import RawRun, Runner
from grader.submission import Submission
from grader.unrun import questions_alone
from grader.waiting import let_pass

AHEAD = 3  # runs that may wait for a judge, for each core: so that memory stays flat
_grader: Grader | None = None  # in a judging process, the one that it was forked with


class Local:
    """Grades on so many cores of this machine. Use it as a context manager."""

    def __init__(self, course: Course, cores: int | None = None, unconfined: bool = False) -> None:
        """Start what runs submissions. Raises UsageError where this machine can't confine them, unless that is allowed.

        Args:
            cores: all that this process may use, unless it is said.
        """
        self._course = course
        self._cores = cores or len(os.sched_getaffinity(0))
        self._runner = Runner(hidden=course.hidden)
        isolation = self._runner.isolation
        if isolation.tier in ("limits", "none") and not unconfined:
            self._runner.close()
            raise UsageError(
                f"This machine can't confine code that isn't yours ({'; '.join(isolation.missing)}). "
                "Where you trust all who wrote it, say so with --unconfined."
            )

    def __enter__(self) -> "Local":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        self._runner.close()

    def grade(self, exercise: str, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Grade submissions of one exercise, in the order in which they finish. Nothing is raised for a single one."""
        grader = Grader(self._course.exercise(exercise), self._runner)
        waiting = iter(tasks)
        for task in waiting:
            if task.submission.files:
                grader.ready()
                yield from self._judged(grader, chain([task], waiting))
            else:
                yield _outcome(task.key, partial(_questions_alone, grader, task.submission))

    def _judged(self, grader: Grader, tasks: Iterable[Task]) -> Iterator[Outcome]:
        under_way: dict[int, Submission] = {}
        without_code: list[Task] = []

        def jobs() -> Iterator[tuple[int, bytes]]:
            for task in tasks:
                let_pass()
                if task.submission.files:
                    under_way[task.key] = task.submission
                    yield task.key, make_job(grader.exercise, task.submission)
                else:
                    without_code.append(task)

        judging: dict[Future[Report], int] = {}
        with _Judges(grader, self._cores) as judges:
            for key, raw in self._runner.run_many(jobs(), limits(grader.exercise), self._cores):
                submission = under_way.pop(key)
                if isinstance(raw, GraderFault):
                    yield Outcome(key, None, str(raw))
                    continue
                judging[judges.submit(submission, raw)] = key
                yield from _finished(judging, at_most=AHEAD * self._cores)
                while without_code:
                    task = without_code.pop()
                    yield _outcome(task.key, partial(_questions_alone, grader, task.submission))
            yield from _finished(judging, at_most=0)
        for task in without_code:
            yield _outcome(task.key, partial(_questions_alone, grader, task.submission))


def _questions_alone(grader: Grader, submission: Submission) -> Report:
    graded = grader.questions.grade(submission.answers, submission.student, submission.answers_trouble)
    return questions_alone(grader.exercise, graded)


def _finished(judging: dict[Future[Report], int], at_most: int) -> Iterator[Outcome]:
    """What is judged by now; waits until no more than `at_most` are still to be."""
    while judging:
        done, _ = wait(judging, timeout=None if len(judging) > at_most else 0, return_when=FIRST_COMPLETED)
        if not done:
            return
        for future in done:
            yield _outcome(judging.pop(future), future.result)


def _outcome(key: int, make: Callable[[], Report]) -> Outcome:
    try:
        return Outcome(key, make())
    except GraderFault as fault:
        return Outcome(key, None, str(fault))
    except BrokenProcessPool:
        return Outcome(key, None, "The process that judges was ended from outside, perhaps for want of memory.")
    except Exception as error:  # whatever it is, it costs this one report and not the others
        return Outcome(key, None, f"The grader itself failed: {type(error).__name__}: {error}")


class _Judges:
    """So many copies of this process, with the grader as it is now; new ones where some were ended from outside."""

    def __init__(self, grader: Grader, cores: int) -> None:
        self._grader, self._cores = grader, cores

    def __enter__(self) -> "_Judges":
        self._pool = self._fork()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def submit(self, submission: Submission, raw: RawRun) -> Future[Report]:
        try:
            return self._pool.submit(_judge, submission, raw)
        except BrokenProcessPool:
            self._pool.shutdown()
            self._pool = self._fork()
            return self._pool.submit(_judge, submission, raw)

    def _fork(self) -> ProcessPoolExecutor:
        global _grader
        _grader = self._grader  # what is forked has it; this process judges nothing itself
        return ProcessPoolExecutor(self._cores, multiprocessing.get_context("fork"), initializer=_begin)


def _begin() -> None:
    """In a judging process: end with the one that forked it, and leave Ctrl-C to that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _judge(submission: Submission, raw: RawRun) -> Report:
    assert _grader is not None
    return _grader.judge(submission, raw)
