"""The trajectories of known mistakes: each wrong program of an exercise, run once like a submission, and kept."""

import hashlib
import os
import platform
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from grader.course import Exercise
from grader.faults import GraderFault
from grader.job import limits, make_job
from grader.runner import Runner
from grader.submission import Submission, read_submission
from grader.trace import Refused, Trace, read_trace

MARK = re.compile(r"#\s*<--")  # on the line of a wrong program where its mistake shows


@dataclass(frozen=True)
class KnownMistake:
    """A wrong program and what it did.

    Attributes:
        id: of the catalogue; the file's name up to "--", behind which a variant may be named.
        marked: the line where its mistake shows; None where none is marked.
    """

    id: str
    program: Submission
    trace: Trace
    marked: int | None


class KnownMistakes:
    """The wrong programs of an exercise, recorded at first need and kept from then on in the user's cache folder."""

    def __init__(self, exercise: Exercise, runner: Runner) -> None:
        """Nothing is read or run yet."""
        self._exercise, self._runner = exercise, runner

    @cached_property
    def all(self) -> tuple[KnownMistake, ...]:
        """Every known mistake, in the order of the files. What isn't kept yet is run, confined like any other code."""
        programs = {path: read_submission(path) for path in self._exercise.programs("wrong")}
        jobs = {path: make_job(self._exercise, program) for path, program in programs.items()}
        kept = {path: _kept(job) for path, job in jobs.items()}
        traces = {path: trace for path, file in kept.items() if (trace := _load(file))}
        missing = [(path, jobs[path]) for path in programs if path not in traces]
        for path, raw in self._runner.run_many(missing, limits(self._exercise)):
            if isinstance(raw, GraderFault):
                raise raw
            traces[path] = read_trace(raw.output)
            _keep(kept[path], traces[path])
        return tuple(
            KnownMistake(path.stem.partition("--")[0], program, traces[path], _marked(program))
            for path, program in programs.items()
        )

    def named(self, id: str) -> KnownMistake | None:
        """The first known mistake of this id."""
        return next((mistake for mistake in self.all if mistake.id == id), None)


def cache_folder() -> Path:
    """Where trajectories are kept: $XDG_CACHE_HOME/descent, or ~/.cache/descent."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "descent" / "trajectories"


def _kept(job: bytes) -> Path:
    """The file for a job's trace. Its name depends on all that the trace does: the job, the recorder, torch, the machine."""
    recorder = sorted((Path(__file__).parent.parent / "confined").glob("*.py"))
    shared = [Path(__file__).parent.parent / "problems.py"]
    parts = [job, *(p.read_bytes() for p in recorder + shared), torch.__version__.encode(), platform.machine().encode()]
    return cache_folder() / f"{hashlib.sha256(b'|'.join(hashlib.sha256(p).digest() for p in parts)).hexdigest()}.trace"


def _load(path: Path) -> Trace | None:
    try:
        return read_trace(path.read_bytes())
    except (OSError, Refused):
        return None


def _keep(path: Path, trace: Trace) -> None:
    """Write it whole or not at all; a cache that can't be written is done without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}")
        trace.save(half)
        half.replace(path)
    except OSError:
        pass


def _marked(program: Submission) -> int | None:
    lines = program.files[program.main].decode("utf-8", "replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if MARK.search(line)), None)
