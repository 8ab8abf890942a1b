"""What each known mistake does to the channels: in symbols, which hold on every machine and are kept in the course."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.checks.run import JudgedCase
from grader.course import Exercise, mistake_of
from grader.diagnosis.compare import marks
from grader.diagnosis.known import KnownMistakes
from grader.diagnosis.look import Findings, Look
from grader.files import write_whole
from grader.job import make_job
from grader.reference import Reference
from grader.source import how_it_moves
from grader.submission import MAIN, read_submission
from grader.trace import Trace

FILE = "signatures.json"


@dataclass(frozen=True)
class Signature:
    """What a known mistake does.

    Attributes:
        program: the wrong program that it was read off.
        findings: the channels that aren't as a right program's.
        marks: the kinds of events that there are.
        moves: how parameters are changed by hand, as the source says.
    """

    id: str
    program: str
    findings: Findings
    marks: frozenset[str]
    moves: str = ""


class Signatures:
    """Those of an exercise's wrong programs, kept in its folder; what has changed since is looked at anew."""

    def __init__(self, exercise: Exercise, known: KnownMistakes, references: Callable[[], Mapping[str, Reference]]) -> None:
        """Nothing is read yet."""
        self._exercise, self._known, self._references = exercise, known, references

    @cached_property
    def _told(self) -> bool:
        """Whether the exercise has channels at all: steps that are watched, or a look of its own at what is returned."""
        references = self._references().values()
        return any(reference.plan is not None or reference.sources.channels is not None for reference in references)

    @cached_property
    def right(self) -> Findings:
        """What a right program's look finds."""
        path = self._exercise.solution / MAIN
        if not path.is_file():
            return {name: tuple(values) for name, values in self._kept.get("right", {}).get("findings", {}).items()}
        return self._findings("right", path, lambda: self._known.right, {})[0]

    @cached_property
    def all(self) -> tuple[Signature, ...]:
        """The wrong programs'."""
        found: list[Signature] = []
        for path in self._exercise.programs("wrong") if self._told else ():
            findings, seen = self._findings(path.stem, path, lambda path=path: self._known.trace(path), self.right)  # type: ignore[misc]
            found.append(Signature(mistake_of(path), path.stem, findings, frozenset(seen), how_it_moves(path.read_bytes())))
        return tuple(found)

    def of(self, id: str, programs: Collection[str] = ()) -> Findings:
        """What a mistake's programs do; the first of these, if any are named."""
        mine = [signature for signature in self.all if signature.id == id]
        return next((s.findings for s in mine if s.program in programs), mine[0].findings if mine else {})

    def stale(self) -> bool:
        """Whether what is kept is other than what the programs do now; all are looked at anew."""
        return self._told and self._fresh != self._kept

    def write(self) -> None:
        """Keep what the programs do now."""
        text = json.dumps(self._fresh, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        write_whole(self._exercise.judging / FILE, text.encode())

    @cached_property
    def _fresh(self) -> dict[str, Any]:
        solution = self._exercise.solution / MAIN
        right, seen = self._look(self._known.right, {})
        fresh: dict[str, Any] = {"right": {"of": self._of(solution), "findings": right, "marks": seen}}
        for path in self._exercise.programs("wrong"):
            findings, seen = self._look(self._known.trace(path), right)
            fresh[path.stem] = {"of": self._of(path), "findings": findings, "marks": seen}
        return dict(json.loads(json.dumps(fresh)))

    @cached_property
    def _kept(self) -> dict[str, Any]:
        path = self._exercise.judging / FILE
        return json.loads(path.read_bytes()) if path.is_file() else {}

    def _findings(
        self, name: str, path: Path, trace: Callable[[], Trace | None], right: Findings
    ) -> tuple[Findings, list[str]]:
        kept = self._kept.get(name)
        if kept is None or kept["of"] != self._of(path):
            return self._look(trace(), right)
        return {channel: tuple(values) for channel, values in kept["findings"].items()}, kept["marks"]

    def _look(self, trace: Trace | None, right: Findings) -> tuple[Findings, list[str]]:
        if trace is None:
            return {}, []
        look = Look([JudgedCase(case, self._references()[case.name]) for case in trace.cases])
        return (look.unlike(right) if right else look.findings), sorted(frozenset().union(*marks(trace)))

    def _of(self, program: Path) -> str:
        """What a program does depends on it and on the cases that it is run on."""
        return hashlib.sha256(make_job(self._exercise, read_submission(program))).hexdigest()[:16]
