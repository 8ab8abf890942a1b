"""`grade verify`: what an author must be sure of before a course goes out, and what CI checks.

Every stub fails with its own message, every solution and every right variant gets full marks, and every wrong program fails
*with its own diagnosis*; mistakes that can't be told apart are declared as such; and no file lies where it doesn't belong.
"""

import multiprocessing
import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from grader.commands.coverage import Outcome, gaps, table
from grader.commands.verify_questions import questions_of
from grader.course import MISCONCEPTIONS, Course, Exercise, find_course, mistake_of
from grader.diagnosis.signatures import FILE as SIGNATURES
from grader.faults import GraderFault, Ungradable
from grader.job import limits, make_job
from grader.pipeline import Grader
from grader.questions.grade import DECISIONS
from grader.questions.rubrics import TERMS
from grader.questions.sheet import SECRET
from grader.released import FOLDER as RELEASED
from grader.report import Report
from grader.runner import RawRun, Runner
from grader.submission import Submission, read_submission

IN_EXERCISE = {"README.md", "exercise.toml", "problem.py", "train.py", "questions.toml", "drawn.json", "answers.toml"}
IN_SOLUTION = {"train.py", "answers.toml"}
IN_JUDGING = {SIGNATURES, "reference.py", "channels", "probes.toml", "wrong", "right"}
QUESTIONS = {"questions.toml", "questions.py", "drawn.json", "rubrics"}
BESIDE_JUDGING = {MISCONCEPTIONS, "mistakes.md", "grader", "hostile", "benchmarks", "mutants", "helpers"}
BESIDE_QUESTIONS = {TERMS, SECRET, DECISIONS, "labelled", RELEASED}
IGNORED = {"__pycache__"}
NEARLY_ONE = re.compile(r"\b(?:1\.00|0\.99)\d+ times")  # said with more digits, to be told from 1


def verify(names: tuple[str, ...], course_folder: Path | None, table_path: Path | None = None, signatures: bool = False) -> int:
    """Check the named exercises, or all, a process for each core; print what is wrong, and return 0 where nothing is.

    Args:
        table_path: where to write the table of exercises × mistakes.
        signatures: write anew what the wrong programs do to each channel, where it isn't what is kept.
    """
    course = find_course(course_folder)
    strays = list(stray(course)) if not names else []
    for complaint in strays:
        click.echo(complaint)
    found, tier = len(strays), ""
    outcomes: list[Outcome] = []
    asked = [course.exercise(n).name for n in names] or course.names
    for verified in verify_all(course.root, asked, signatures):
        count, tier = len(verified.complaints), verified.tier
        state = "sound" if not count else f"{count} to mend"
        programs = f"{len(verified.outcomes)} wrong and {verified.right} right programs"
        click.echo(f"{verified.name}: {state} ({programs}, {verified.seconds:.1f} s)")
        for complaint in verified.complaints:
            click.echo(f"  {complaint}")
        found += count
        outcomes += verified.outcomes
    click.echo(f"Isolation: {tier}")
    if table_path is not None:
        table_path.write_text(table([course.exercise(name) for name in asked], outcomes), "utf-8")
    return 1 if found else 0


@dataclass(frozen=True)
class Verified:
    """What came of checking one exercise."""

    name: str
    complaints: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    right: int
    seconds: float
    tier: str


def verify_all(root: Path, names: list[str], signatures: bool = False) -> Iterator[Verified]:
    """Check exercises, a process for each core, and yield what came of them in order."""
    workers = min(len(names), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        # The later ones take longest: they begin first, so that no core is left with nothing to do.
        under_way = {name: pool.submit(_verify, root, name, signatures) for name in reversed(names)}
        for name in names:
            yield under_way[name].result()


def _verify(root: Path, name: str, signatures: bool) -> Verified:
    """Check one exercise, in a process of its own."""
    started = time.perf_counter()
    exercise = Course(root).exercise(name)
    outcomes: list[Outcome] = []
    runner = _runner(root)
    try:
        complaints = [
            *layout(exercise),
            *gaps(exercise),
            *questions_of(exercise),
            *behaviour(exercise, runner, outcomes, signatures),
        ]
    except GraderFault as fault:
        complaints = [f"the grader itself failed: {fault}"]
    seconds = time.perf_counter() - started
    right = len(exercise.programs("right"))
    return Verified(name, tuple(complaints), tuple(outcomes), right, seconds, runner.isolation.tier)


@cache
def _runner(root: Path) -> Runner:
    """One warmed process for all exercises that this process checks; it ends with this one."""
    return Runner(hidden=Course(root).hidden)


def stray(course: Course) -> Iterator[str]:
    """What lies beside the exercises and is none."""
    for folder, others in (("exercises", set()), ("solutions", set()), ("tests", BESIDE_JUDGING | BESIDE_QUESTIONS)):
        for path in sorted((course.root / folder).glob("*")):
            if path.name not in {*course.names, *others, *IGNORED}:
                yield f"{folder}/{path.name} doesn't belong there, or exercises/{path.name} lacks its exercise.toml"


def layout(exercise: Exercise) -> Iterator[str]:
    """Whether each file is where it should be, and says what it should."""
    folders = {exercise.folder: IN_EXERCISE, exercise.solution: IN_SOLUTION, exercise.judging: IN_JUDGING | QUESTIONS}
    for folder, expected in folders.items():
        for path in sorted(folder.glob("*")):
            if path.name not in expected | IGNORED and not (folder == exercise.judging and path.match("test_*.py")):
                yield f"{path.relative_to(exercise.course.root)} doesn't belong there"
    for path in (exercise.folder / "README.md", exercise.folder / "train.py", exercise.solution / "train.py"):
        if not path.is_file():
            yield f"{path.relative_to(exercise.course.root)} is missing"
    for kind in ("wrong", "right"):
        for path in sorted((exercise.judging / kind).glob("*")):
            if path.suffix != ".py" and path.name not in IGNORED:
                yield f"{path.relative_to(exercise.course.root)} doesn't belong there"
    about = exercise.about
    if len(about.hints) != 3 or not all(hint.strip() for hint in about.hints):
        yield "exercise.toml: there should be three hints, none of them empty"
    if about.after is not None and about.after not in exercise.course.names:
        yield f"exercise.toml: it comes after {about.after}, which there is not"
    cases = [case.name for case in exercise.cases]
    if len(set(cases)) < len(cases):
        yield "probes.toml: two cases have one name"
    for path in exercise.programs("wrong"):
        if mistake_of(path) not in exercise.course.misconceptions:
            yield f"wrong/{path.name}: the catalogue (tests/{MISCONCEPTIONS}) has no such mistake"


def behaviour(exercise: Exercise, runner: Runner, outcomes: list[Outcome], signatures: bool = False) -> Iterator[str]:
    """Whether the stub, the solution, and the right and wrong programs come out as they should.

    What became of the wrong programs is added to `outcomes`; what they do to each channel is written anew if `signatures`.
    """
    grader = Grader(exercise, runner)
    points = sum(check.points for check in grader.checks.worth())
    if points != exercise.about.points:
        yield f"the checks are worth {points:g} points, exercise.toml says {exercise.about.points:g}"
    wrong = exercise.programs("wrong")
    right = [exercise.solution / "train.py", *exercise.programs("right")]
    stub = exercise.folder / "train.py"
    programs = {path: _read(path) for path in [stub, *right, *wrong]}
    runs: dict[Path, RawRun] = {}
    jobs = ((path, make_job(exercise, program)) for path, program in programs.items())
    for path, raw in runner.run_many(jobs, limits(exercise)):
        if isinstance(raw, GraderFault):
            yield f"{path.name}: the grader itself failed: {raw}"
            continue
        runs[path] = raw
        if path in wrong:
            grader.known.keep(path, raw)  # what a submission is held against later is this very run
    if grader.signatures.stale():
        if signatures:
            grader.signatures.write()
        else:
            yield f"{SIGNATURES} isn't what the wrong programs do: grade verify --signatures writes it anew"
    for path in (path for path in programs if path in runs):
        try:
            report = grader.judge(programs[path], runs[path])
        except Exception as error:  # whatever it is, the others are checked all the same
            yield f"{path.name}: the grader itself failed: {type(error).__name__}: {error}"
            continue
        if path == stub:
            yield from _stub(exercise, report)
        elif path in right:
            yield from _right(path, report)
        else:
            named = frozenset(d.id for d in report.diagnoses)
            outcomes.append(Outcome(exercise.name, mistake_of(path), report.verdict == "failed", named))
            yield from _wrong(exercise, path, report, outcomes[-1])
            yield from _leaks(exercise, path, report)
    shared = {outcome.named for outcome in outcomes if outcome.exercise == exercise.name}
    for group in exercise.probes.one_of:
        if group not in shared:
            yield f"probes.toml: {' and '.join(sorted(group))} are declared one-of, but are told apart"


def _read(path: Path) -> Submission:
    try:
        return read_submission(path)
    except Ungradable as reason:
        raise GraderFault(f"{path} can't be read: {reason}") from None


def _stub(exercise: Exercise, report: Report) -> Iterator[str]:
    if report.verdict != "failed" or exercise.about.begin not in report.headline:
        yield f"train.py, the stub: {report.verdict} with {report.headline!r}, where 'not started yet' is expected"
    if "Traceback" in report.model_dump_json():
        yield "train.py, the stub: the report holds a traceback"


def _right(path: Path, report: Report) -> Iterator[str]:
    if report.verdict != "passed" or report.score != report.max_score:
        missed = "; ".join(check.message for check in report.checks if check.status == "failed") or report.headline
        yield f"{path.parent.name}/{path.name}: {report.verdict}, {report.score:g} of {report.max_score:g}: {missed}"


def _wrong(exercise: Exercise, path: Path, report: Report, outcome: Outcome) -> Iterator[str]:
    """Its own diagnosis, alone or among those declared as one-of."""
    id, ids = outcome.id, outcome.named
    if not outcome.caught:
        yield f"wrong/{path.name}: {report.verdict}: {report.headline}"
    elif id not in ids:
        yield f"wrong/{path.name}: named {', '.join(sorted(ids)) or 'nothing'}"
    elif len(ids) > 1 and ids not in exercise.probes.one_of:
        yield f"wrong/{path.name}: can't be told from {', '.join(sorted(ids - {id}))}, and probes.toml doesn't declare it"


def _leaks(exercise: Exercise, path: Path, report: Report) -> Iterator[str]:
    """Numbers in what a student reads that come from the hidden inputs: a seed, or more digits than a comparison needs."""
    seeds = {str(case.arguments.get("seed")) for case in exercise.cases if not case.shown}
    seeds = {seed for seed in seeds if len(seed) > 2}  # a step may have a small number too
    for text in (report.headline, report.run.error or "", *(check.message for check in report.checks)):
        digits = [re.sub(r"e.*|\.", "", n).lstrip("0") for n in re.findall(r"\d*\.\d+(?:e[-+]?\d+)?", NEARLY_ONE.sub("", text))]
        if seeds & set(re.findall(r"\d+", text)) or any(len(number) > 3 for number in digits):
            yield f"wrong/{path.name}: its report may give a hidden number away: {text}"
