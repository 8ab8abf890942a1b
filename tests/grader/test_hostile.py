"""Every program in tests/hostile is graded; what each must not reach stands in its docstring.

They say what they reached through what they print in the visible case: "TRIED" shows that this way is open, and that the
attack was made; "REACHED" must never come.
"""

import contextlib
import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.course import Course, Exercise
from grader.pipeline import Grader
from grader.report import Report
from grader.runner import Runner
from grader.submission import Submission, read_submission

ROOT = Path(__file__).parents[2]
HOSTILE = ROOT / "tests" / "hostile"
PROGRAMS = sorted(path for path in HOSTILE.iterdir() if path.suffix == ".py" or (path / "train.py").is_file())
OF_OTHERS = {"patches_the_problem": "exercise_11", "keeps_it_in_a_global": "exercise_11"}
BORROWERS = [path for path in PROGRAMS if path.stem.startswith("borrows_")]  # of exercise_08: torch's own SGD does the work
ATTACKS = [path for path in PROGRAMS if path not in BORROWERS and path.stem not in OF_OTHERS]  # on exercise_03
DOES_ALL_THE_WORK = {"trains_a_copy"}  # what no record can tell, and needs no telling
# Their steps are right in some respect, and worth that much.
TRAINS_IN_PART = {"patches_comparisons", "patches_the_optimizer", "undoes_the_hooks", "is_right_first_and_wrong_later"}
# The form of a record is worth this much, whoever wrote it.
WELL_FORMED = {
    "walks_the_stack_to_the_result",
    "forges_gradients_of_nan",
    "forges_a_start_elsewhere",
    "forges_steps_without_gradients",
}
MARKER = "descent_hostile_marker"
WALL_S = 2
# For what an attack breaks in its own process; any other status is a surprise.
STATUS = {
    "bombs_the_memory": "out_of_memory",
    "ignores_every_signal": "timed_out",
    "stops_itself": "timed_out",
    "loops_and_swallows": "timed_out",
    "breaks_the_interpreter": "crashed",
    "exits_with_success": "crashed",
    "exits_at_once_with_success": "crashed",
    "forges_a_frame_of_exabytes": "refused",
    "forges_a_deep_record": "refused",
    "forges_a_broken_course": "refused",
    "writes_garbage_to_every_descriptor": "refused",
}


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    """exercise_03 with a short limit of time and a few known mistakes."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("exercises", "tests"):
        shutil.copytree(
            ROOT / folder / "exercise_03", root / folder / "exercise_03", ignore=shutil.ignore_patterns("wrong", "__pycache__")
        )
    wrong = root / "tests" / "exercise_03" / "wrong"
    wrong.mkdir()
    for name in ("never_steps.py", "never_clears_gradients.py", "uses_the_other_optimizer.py"):
        shutil.copy(ROOT / "tests" / "exercise_03" / "wrong" / name, wrong)
    shutil.copy(ROOT / "tests" / "misconceptions.toml", root / "tests")
    about = root / "exercises" / "exercise_03" / "exercise.toml"
    text, shown, rest = about.read_text("utf-8").partition("[shown]")
    about.write_text(f"{text}[limits]\nwall_s = {WALL_S}\nmemory_mb = 512\n\n{shown}{rest}", "utf-8")
    return Course(root).exercise("exercise_03")


@pytest.fixture(scope="module")
def grader(exercise: Exercise, runner: Runner) -> Grader:
    """Grades it."""
    return Grader(exercise, runner)


@pytest.fixture(scope="module")
def solution() -> Submission:
    """A right submission."""
    return read_submission(ROOT / "solutions" / "exercise_03")


@pytest.mark.parametrize("path", BORROWERS, ids=[path.stem for path in BORROWERS])
def test_borrowed_work_earns_nothing_but_the_mark_for_running(path: Path, graders: dict[str, Grader]) -> None:
    report = graders["exercise_08"].grade(attack(path))
    assert report.run.status == "finished"
    assert report.verdict == "failed"
    assert report.score <= 1
    assert "torch.optim" in report.headline


@pytest.mark.parametrize(("name", "exercise"), OF_OTHERS.items())
def test_what_drives_a_class_or_several_functions_is_out_of_their_reach(
    name: str, exercise: str, graders: dict[str, Grader]
) -> None:
    report = graders[exercise].grade(attack(HOSTILE / f"{name}.py"))
    assert report.verdict == "failed"
    assert report.score <= 5


@contextlib.contextmanager
def nothing_left_behind(grader: Grader, solution: Submission) -> Iterator[None]:
    """Neither a process nor a file, nor a mark that it cost the next submission."""
    grader.grade(solution)  # so that all that stays is there
    processes, files = descendants(os.getpid()), fingerprint()
    yield
    after = grader.grade(solution)
    assert (after.verdict, after.score) == ("passed", after.max_score)
    assert descendants(os.getpid()) <= processes
    assert fingerprint() == files
    for folder in ("/", "/tmp", "/var/tmp", "/dev/shm", "/root", Path.home(), Path.cwd(), ROOT, ROOT / "grader"):
        assert not list(Path(folder).glob(f"*{MARKER}*")), folder


def attack(path: Path) -> Submission:
    """A hostile program, told where the course lies: it needn't guess."""
    found = read_submission(path)
    return dataclasses.replace(found, files={k: v.replace(b"@ROOT@", bytes(ROOT)) for k, v in found.files.items()})


def descendants(pid: int) -> set[int]:
    """The processes beneath this one."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            try:
                found |= {child} | descendants(child)
            except OSError:
                continue
    return found


def fingerprint() -> dict[str, tuple[int, int]]:
    """The files that `leaves_files` goes for."""
    victims = ("grader/__init__.py", "tests/exercise_03/probes.toml", "exercises/exercise_03/train.py")
    paths = [Path(os.__file__), *(ROOT / name for name in victims)]
    return {str(p): (p.stat().st_mode, p.stat().st_size) for p in paths}


@pytest.mark.parametrize("path", ATTACKS, ids=[path.stem for path in ATTACKS])
def test_an_attack_reaches_nothing(path: Path, grader: Grader, solution: Submission) -> None:
    with nothing_left_behind(grader, solution):
        report = grader.grade(attack(path))
    if path.stem in DOES_ALL_THE_WORK:
        assert (report.verdict, report.score) == ("passed", report.max_score)
        return
    assert report.verdict != "passed"
    assert report.score <= (7 if path.stem in TRAINS_IN_PART else 3 if path.stem in WELL_FORMED else 1)
    assert "REACHED" not in report.run.printed
    if 'print("TRIED")' in (path / "train.py" if path.is_dir() else path).read_text("utf-8"):
        assert "TRIED" in report.run.printed
    if path.stem in STATUS:
        assert report.run.status == STATUS[path.stem]
    as_json = report.model_dump_json()
    assert Report.model_validate_json(as_json) == report
    assert len(as_json) < 200_000
    assert "Traceback" not in as_json


def test_every_attack_says_what_it_must_not_reach() -> None:
    for path in PROGRAMS:
        main = path / "train.py" if path.is_dir() else path
        assert "ust not reach:" in main.read_text("utf-8").splitlines()[0] or path.stem in DOES_ALL_THE_WORK, path.name


def test_a_batch_of_attacks_costs_nobody_else_a_mark(grader: Grader, solution: Submission) -> None:
    batch: list[tuple[str, Submission]] = []
    for path in ATTACKS:
        batch += [(path.stem, attack(path)), (f"right after {path.stem}", solution)]
    reports = dict(grader.grade_many(batch))
    assert len(reports) == len(batch)
    for name, report in reports.items():
        assert isinstance(report, Report), f"{name}: {report}"
        if name.startswith("right after"):
            assert report.score == report.max_score, f"{name}: {report.headline}"
        elif name not in DOES_ALL_THE_WORK:
            assert report.verdict != "passed", name
