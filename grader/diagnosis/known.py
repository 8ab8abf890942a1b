"""The trajectories of known mistakes: each wrong program of an exercise, run once like a submission, and kept."""

import contextlib
import hashlib
import json
import os
import platform
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import compress
from pathlib import Path

import torch

from grader.course import Exercise, mistake_of
from grader.diagnosis.compare import Summary, apart, equal, like, summarize
from grader.faults import GraderFault
from grader.files import write_whole
from grader.job import limits, make_job, trace_of
from grader.runner import RawRun, Runner
from grader.submission import MAIN, Submission, read_submission
from grader.trace import Refused, Trace, load_trace

NEARER = 0.1
MARK = re.compile(r"#\s*<--")  # on the line of a wrong program where its mistake shows


@dataclass(frozen=True)
class KnownMistake:
    """A wrong program and what it did.

    Attributes:
        id: of the catalogue; the file's name up to "--", behind which a variant may be named.
        program: that name.
        marked: the line where its mistake shows; None where none is marked.
    """

    id: str
    program: str
    trace: Trace
    marked: int | None
    source: bytes


class KnownMistakes:
    """The wrong programs of an exercise, recorded at first need and kept from then on in the user's cache folder.

    A submission is held against all of them by a few numbers first, so that only likely ones are read whole.
    """

    def __init__(self, exercise: Exercise, runner: Runner, say: Callable[[str], None] = lambda _: None) -> None:
        """Nothing is read or run yet. `say` is told where that takes a while."""
        self._exercise, self._runner, self._say = exercise, runner, say
        self._loaded: dict[Path, Trace] = {}

    def equal_to(self, trace: Trace, cases: Collection[str] = ()) -> list[KnownMistake]:
        """Those that did the same as this trace, on each of these cases; if none are named, on all."""
        cases = cases or [case.name for case in self._exercise.cases]
        single = self._single
        asked = [case.name in cases for case in self._exercise.cases]
        mine = list(compress(summarize(trace), asked))
        near = [path for path, summary in self._summaries.items() if like(mine, list(compress(summary, asked)))]
        part = trace.part(cases)
        found = [mistake for path in near if equal(part, (mistake := self._mistake(path)).trace.part(cases), single)]
        return [mistake for mistake in found if self._is_nearer(part, mistake.trace.part(cases), cases, single)]

    def _is_nearer(self, mine: Trace, theirs: Trace, cases: Collection[str], single: Collection[str]) -> bool:
        """Whether a trace is a mistake's rather than a right program's, where the two are hardly apart.

        Rounding to float32 may be such a mistake; and code that computes the right thing in a forbidden way isn't one.
        """
        right = self.right
        if right is None or not equal(theirs, right.part(cases), single):
            return True
        return apart(mine, theirs) <= NEARER * apart(theirs, right.part(cases))

    @cached_property
    def right(self) -> Trace | None:
        """What the solution does, where it is at hand."""
        path = self._exercise.solution / MAIN
        if not path.is_file():
            return None
        job = make_job(self._exercise, read_submission(path))
        file = cache_folder() / f"{_hash(job)}.trace"
        with contextlib.suppress(OSError, Refused, GraderFault):
            return load_trace(file)
        raw = self._runner.run(job, limits(self._exercise))
        write_whole(file, raw.output)
        return trace_of(raw, self._exercise)

    def ready(self) -> None:
        """Have all of them recorded and read."""
        _ = self._summaries, [self._mistake(path) for path in self._programs]

    def keep(self, path: Path, raw: RawRun) -> None:
        """Take a run of one of these programs that was made elsewhere, so that it needn't be made again."""
        self._loaded[path] = trace_of(raw, self._exercise)
        write_whole(self._files[path], raw.output)

    def trace(self, path: Path) -> Trace:
        """What one of these programs did."""
        return self._mistake(path).trace

    def program(self, name: str) -> KnownMistake:
        """The one of this name."""
        return next(self._mistake(path) for path in self._programs if path.stem == name)

    def named(self, id: str) -> KnownMistake | None:
        """The first of this id."""
        return next((self._mistake(path) for path in self._programs if mistake_of(path) == id), None)

    def beside(self, id: str, trace: Trace, case: str) -> KnownMistake | None:
        """The one of this id that did the same on this case; else the first of the id, which goes a way of its own."""
        part = trace.part([case])
        candidates = (self._mistake(path) for path in self._programs if mistake_of(path) == id)
        same = (mistake for mistake in candidates if part.cases and equal(part, mistake.trace.part([case]), self._single))
        return next(same, None) or self.named(id)

    @cached_property
    def _single(self) -> set[str]:
        """The cases that aren't in float64."""
        return {c.name for c in self._exercise.cases if c.arguments.get("dtype", "float64") != "float64"}

    @cached_property
    def _programs(self) -> dict[Path, Submission]:
        return {path: read_submission(path) for path in self._exercise.programs("wrong")}

    @cached_property
    def _files(self) -> dict[Path, Path]:
        """Where the trace of each is kept. The name depends on all that the trace does: the job, recorder, torch, machine."""
        return {path: cache_folder() / f"{_hash(make_job(self._exercise, p))}.trace" for path, p in self._programs.items()}

    @cached_property
    def _summaries(self) -> dict[Path, Summary]:
        """The few numbers of each, from one file; what isn't there yet is run, confined like any other code."""
        files = self._files
        index = cache_folder() / f"{_hash(*(file.name.encode() for file in files.values()))}.json"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            known = json.loads(index.read_bytes())
            return {path: known[file.name] for path, file in files.items()}
        self._record()
        found = {path: summarize(self._mistake(path).trace) for path in files}
        write_whole(index, json.dumps({files[path].name: summary for path, summary in found.items()}).encode())
        return found

    def _record(self) -> None:
        """Run those of which no trace is kept."""
        jobs = [(path, make_job(self._exercise, p)) for path, p in self._programs.items() if not self._load(path)]
        self._say(f"Running {len(jobs)} known mistakes to compare with, this once")
        for path, raw in self._runner.run_many(jobs, limits(self._exercise)):
            if isinstance(raw, GraderFault):
                raise raw
            self.keep(path, raw)

    def _load(self, path: Path) -> bool:
        with contextlib.suppress(OSError, Refused, GraderFault):
            trace = load_trace(self._files[path])
            if trace.error or len(trace.cases) == len(self._exercise.cases) or _stopped(trace):
                self._loaded[path] = trace
        return path in self._loaded

    def _mistake(self, path: Path) -> KnownMistake:
        if path not in self._loaded and not self._load(path):
            self._record()
        program = self._programs[path]
        return KnownMistake(mistake_of(path), path.stem, self._loaded[path], _marked(program), program.files[program.main])


def _stopped(trace: Trace) -> bool:
    """Whether the harness itself left off after the last case; else what is missing was cut off."""
    last = trace.cases[-1].error if trace.cases else None
    return last is not None and last.kind in ("timed_out", "out_of_memory")


def cache_folder() -> Path:
    """Where trajectories are kept: $XDG_CACHE_HOME/descent, or ~/.cache/descent."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "descent" / "trajectories"


@cache
def _recorder() -> bytes:
    """What, beside the job, a trace depends on."""
    package = Path(__file__).parents[1]
    others = [package / name for name in ("problems.py", "tapes.py", "diagnosis/compare.py")]
    sources = [*sorted((package / "confined").glob("*.py")), *others]
    return b"".join(source.read_bytes() for source in sources) + f"{torch.__version__} {platform.machine()}".encode()


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in (_recorder(), *parts))).hexdigest()


def _marked(program: Submission) -> int | None:
    lines = program.files[program.main].decode("utf-8", "replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if MARK.search(line)), None)
