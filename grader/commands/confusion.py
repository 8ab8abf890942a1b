"""`grade confusion`: how well mistakes are named in code that the diagnosis has never seen.

Right programs of every style are made wrong by the course's operators (tests/mutants), one or two at a time, and graded. Where
one still gets full marks, it and the program that it was made from are run on fresh inputs: only where the two can't be told
apart there either is the edit said to have no effect.
"""

import multiprocessing
import os
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import click

from grader.commands.confusion_table import HIDDEN, Graded, write_json, write_programs, write_table
from grader.course import About, Case, Course, Exercise, find_course
from grader.diagnosis.compare import distance, said
from grader.faults import GraderFault, UsageError
from grader.job import limits, make_job, trace_of
from grader.mutants import Mutant, Operator, doubles, load_operators, read_style, singles
from grader.pipeline import Grader
from grader.report import Report
from grader.runner import RawRun, Runner
from grader.submission import MAIN, Submission
from grader.trace import CaseTrace, Trace

SAME = 1e-9  # what two programs that compute the same may differ by
SAME_SINGLE = 1e-3  # in float32
FRESH_SEEDS = 3
LONGER = ("epochs", "steps")  # arguments that say how long a run is


def confusion(
    names: Collection[str], course_folder: Path | None, styles: int, pairs: int, keep: Path | None, json_path: Path | None
) -> int:
    """Grade the mutants of the named exercises, or of all that have operators; 0 where the diagnosis is good enough.

    Args:
        styles: on how many right programs each operator is tried.
        pairs: how many programs with two mistakes an exercise has.
        keep: a folder for the programs that weren't named rightly.
        json_path: a file for all results.
    """
    course = find_course(course_folder)
    operators = load_operators(course.root / "tests" / "mutants")
    asked = [course.exercise(name).name for name in names] or course.names
    asked = [name for name in asked if any(name in operator.exercises for operator in operators)]
    unknown = sorted({operator.id for operator in operators} - course.misconceptions.keys())
    if unknown:
        raise GraderFault(f"Operators make mistakes that the catalogue hasn't got: {', '.join(unknown)}.")
    if not asked:
        raise UsageError(f"There are no operators for this in {course.root / 'tests' / 'mutants'}: nothing can be measured.")
    graded: list[Graded] = []
    for name, found in zip(asked, grade_all(course.root, asked, styles, pairs), strict=True):
        click.echo(f"{name}: {len(found)} programs graded", err=True)
        graded += found
    if keep is not None:
        write_programs(keep, graded)
    if json_path is not None:
        write_json(json_path, graded)
    return 1 if write_table(graded) else 0


def grade_all(root: Path, names: list[str], styles: int, pairs: int) -> Iterator[list[Graded]]:
    """Grade the mutants of exercises, a process for each core, and yield what came of them in order."""
    workers = min(len(names), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        under_way = {name: pool.submit(_grade, root, name, styles, pairs) for name in reversed(names)}
        for name in names:
            yield under_way[name].result()


def _grade(root: Path, name: str, styles: int, pairs: int) -> list[Graded]:
    """Grade the mutants of one exercise, in a process of its own."""
    exercise = Course(root).exercise(name)
    operators = [each for each in load_operators(root / "tests" / "mutants") if name in each.exercises]
    with Runner(hidden=exercise.course.hidden) as runner:
        return grade_mutants(exercise, runner, operators, styles, pairs)


def grade_mutants(exercise: Exercise, runner: Runner, operators: list[Operator], styles: int, pairs: int) -> list[Graded]:
    """Make and grade the mutants of one exercise."""
    right = [exercise.solution / MAIN, *exercise.programs("right")]
    sources = {"solution" if path.name == MAIN else path.stem: read_style(path) for path in right}
    alone = list(singles(operators, sources, styles))
    twice = list(doubles(operators, sources, pairs, exercise.name))
    return Confusion(exercise, runner).grade(alone, twice)


@dataclass(frozen=True)
class _Ran:
    trace: Trace
    report: Report


class Confusion:
    """Grades mutants of one exercise, and says what became of each label."""

    def __init__(self, exercise: Exercise, runner: Runner) -> None:
        """`runner` stays the caller's to close."""
        self._exercise, self._runner = exercise, runner
        self._grader = Grader(exercise, runner)
        self._ran: dict[str, _Ran] = {}
        self._faults: dict[str, str] = {}

    def grade(self, alone: list[Mutant], twice: list[Mutant]) -> list[Graded]:
        """What became of programs with one mistake and of programs with two."""
        parts = {mutant: self._parts(mutant) for mutant in twice}
        self._run({m.source for m in (*alone, *twice)} | {part.source for found in parts.values() for part in found})
        graded = [self._single(mutant) for mutant in alone] + [self._double(mutant, parts[mutant]) for mutant in twice]
        return list(self._effects(graded))

    def _parts(self, mutant: Mutant) -> list[Mutant]:
        """The two programs that have one of the two mistakes each."""
        return [part for op in mutant.operators for part in singles([op], {mutant.style: mutant.base}, 1)]

    def _run(self, sources: set[str]) -> None:
        """Run and judge programs, each once."""
        programs = {source: _submission(source) for source in sorted(sources - self._ran.keys())}
        jobs = ((source, make_job(self._exercise, program)) for source, program in programs.items())
        for source, raw in self._runner.run_many(jobs, limits(self._exercise)):
            try:
                if isinstance(raw, GraderFault):
                    raise raw
                self._ran[source] = _Ran(trace_of(raw, self._exercise), self._grader.judge(programs[source], raw))
            except Exception as error:  # whatever it is, it costs this one program and not the others
                self._faults[source] = f"{type(error).__name__}: {error}"

    def _graded(self, mutant: Mutant, outcome: str, note: str = "") -> Graded:
        ran = self._ran.get(mutant.source)
        named = groups(ran.report) if ran else ()
        made = tuple(operator.name for operator in mutant.operators)
        headline = ran.report.headline if ran else ""
        return Graded(
            self._exercise.name, mutant.ids, made, mutant.style, mutant.base, mutant.source, outcome, named, note, headline
        )

    def _single(self, mutant: Mutant) -> Graded:
        if mutant.source in self._faults:
            return self._graded(mutant, "fault", self._faults[mutant.source])
        return self._graded(mutant, of_single(self._ran[mutant.source].report, mutant.ids[0]))

    def _double(self, mutant: Mutant, parts: list[Mutant]) -> Graded:
        """A mistake that a program with the other one hides can't be asked for: there the other is to be named alone."""
        fault = next((self._faults[m.source] for m in (mutant, *parts) if m.source in self._faults), None)
        if fault:
            return self._graded(mutant, "fault", fault)
        ran = self._ran[mutant.source]
        equal = [part for part in parts if same(ran.trace, self._ran[part.source].trace, self._exercise)]
        outcomes = [of_single(ran.report, part.ids[0]) for part in equal]
        if "named" in outcomes or "one-of" in outcomes:
            return self._graded(mutant, "both", HIDDEN)
        if (
            equal and ran.report.verdict != "passed"
        ):  # what hides isn't always without a trace: both are there, and may be named
            return self._graded(mutant, of_double(ran.report, mutant.ids) if "wrong" in outcomes else outcomes[0], HIDDEN)
        return self._graded(mutant, of_double(ran.report, mutant.ids))

    def _effects(self, graded: list[Graded]) -> Iterator[Graded]:
        """Those that passed, on fresh inputs: which edits have no effect at all?"""
        passed = [each for each in graded if each.outcome == "passed"]
        fresh = Fresh(self._exercise)
        jobs = ((s, make_job(fresh, _submission(s))) for s in sorted({s for each in passed for s in (each.source, each.base)}))
        traces = {s: trace_of(raw, fresh) for s, raw in self._runner.run_many(jobs, limits(fresh)) if isinstance(raw, RawRun)}
        for each in graded:
            mine, base = traces.get(each.source), traces.get(each.base)
            without = each.outcome == "passed" and mine and base and same(mine, base, fresh)
            yield replace(each, outcome="no effect") if without else each


def groups(report: Report) -> tuple[tuple[str, ...], ...]:
    """What a report names: for each mistake its id, with all that it may be instead."""
    found = (tuple(sorted({d.id, *d.one_of})) for d in report.diagnoses if d.id != "unknown")
    return tuple(sorted(set(found)))


def of_single(report: Report, id: str) -> str:
    """What became of the one mistake: passed, unknown, wrong, one-of or named."""
    if report.verdict == "passed" and report.score == report.max_score:
        return "passed"
    named = groups(report)
    if not named:
        return "unknown"
    if any(id not in group for group in named):
        return "wrong"
    return "named" if named == ((id,),) else "one-of"


def of_double(report: Report, ids: tuple[str, ...]) -> str:
    """What became of the two mistakes: passed, unknown, wrong, one or both."""
    if report.verdict == "passed" and report.score == report.max_score:
        return "passed"
    named = groups(report)
    if not named:
        return "unknown"
    if any(not set(ids) & set(group) for group in named):
        return "wrong"
    a, b = ids
    found = any(a in mine and b in other for mine in named for other in named if mine != other)
    return "both" if found else "one"


def same(a: Trace, b: Trace, exercise: Exercise) -> bool:
    """Whether two programs did the same on every case, but for rounding."""
    if said(a.error) != said(b.error) or len(a.cases) != len(b.cases):
        return False
    single = {case.name for case in exercise.cases if case.arguments.get("dtype", "float64") != "float64"}

    def alike(mine: CaseTrace, other: CaseTrace) -> bool:
        allowed = SAME_SINGLE if mine.name in single else SAME
        return distance(mine, other, allowed) <= allowed

    return all(alike(mine, other) for mine, other in zip(a.cases, b.cases, strict=True))


class Fresh(Exercise):
    """An exercise with inputs that nobody has chosen: its cases with other seeds, and longer."""

    def __init__(self, exercise: Exercise) -> None:
        """`exercise` is left as it is."""
        super().__init__(exercise.course, exercise.name)
        self._chosen = exercise.cases

    @cached_property
    def about(self) -> About:
        """With time for so many."""
        about = Exercise(self.course, self.name).about
        limits = about.limits.model_copy(update={"wall_s": 2 * FRESH_SEEDS * about.limits.wall_s})
        return about.model_copy(update={"limits": limits})

    @property
    def cases(self) -> tuple[Case, ...]:
        """The fresh ones."""
        return tuple(_varied(case, number) for case in self._chosen for number in range(1, FRESH_SEEDS + 1))


def _varied(case: Case, number: int) -> Case:
    changed = {"seed": case.arguments["seed"] + 10_007 * number} if "seed" in case.arguments else {}
    changed |= {name: case.arguments[name] + 2 * number for name in LONGER if name in case.arguments}
    return case.model_copy(update={"name": f"{case.name} ({number})", "arguments": case.arguments | changed, "shown": False})


def _submission(source: str) -> Submission:
    return Submission({MAIN: source.encode()})
