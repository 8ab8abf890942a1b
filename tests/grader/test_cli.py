"""The command line as a user meets it: exit codes, what is printed where, and what is left when it ends."""

import contextlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.report import Report

ROOT = Path(__file__).parents[2]
GRADE = [sys.executable, "-m", "grader"]
SOLUTION = ROOT / "solutions" / "exercise_03" / "train.py"
ESCAPES = ROOT / "tests" / "hostile" / "prints_escape_codes.py"
PASSED, NOT_PASSED, USAGE, FAULT = 0, 1, 2, 3
ENDLESS = "import time\ndef train(model, loss_fn, X, y, lr, epochs):\n    time.sleep(1000)\n"


def grade(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GRADE, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=120,
    )


@pytest.fixture(scope="module")
def small_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with exercise_03 alone, and without known mistakes to run first."""
    return copy_course(tmp_path_factory.mktemp("small"))


def copy_course(root: Path) -> Path:
    for folder in ("exercises", "tests", "solutions"):
        shutil.copytree(
            ROOT / folder / "exercise_03", root / folder / "exercise_03", ignore=shutil.ignore_patterns("wrong", "__pycache__")
        )
    return root


# Exit codes, and JSON alone


@pytest.mark.parametrize(
    ("name", "code", "verdict", "status"),
    [
        ("right", PASSED, "passed", "finished"),
        ("stub", NOT_PASSED, "failed", "crashed"),
        ("crash", NOT_PASSED, "failed", "crashed"),
        ("syntax", NOT_PASSED, "ungradable", "refused"),
        ("no_train", NOT_PASSED, "ungradable", "refused"),
    ],
)
def test_json_alone_is_printed_and_the_exit_code_says_whether_it_passed(
    name: str, code: int, verdict: str, status: str, small_course: Path, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.py"
    if name == "no_train":
        path = tmp_path
    elif name == "right":
        path = SOLUTION
    elif name == "stub":
        path = small_course / "exercises" / "exercise_03"
    elif name == "crash":
        path = ESCAPES
    else:
        path.write_text("def train(:\n")
    done = grade("exercise_03", "--submission", path, "--json", "--course", small_course, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout.isascii()
    assert not set(map(ord, done.stdout)) & {*range(10), *range(11, 32), 127}
    report = Report.model_validate_json(done.stdout)
    assert (report.verdict, report.run.status) == (verdict, status)
    assert not (tmp_path / ".descent").exists()
    assert {"exercise", "verdict", "score", "max_score", "run", "checks", "diagnoses", "questions"} <= set(
        json.loads(done.stdout)
    )


def test_a_check_that_breaks_is_the_graders_own_fault_and_no_verdict(tmp_path: Path) -> None:
    course = copy_course(tmp_path / "course")
    checks = course / "tests" / "exercise_03" / "test_training.py"
    checks.write_text(checks.read_text().replace("expect.finishes(run)", "1 / 0"))
    done = grade("exercise_03", "--submission", SOLUTION, "--json", "--course", course, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (FAULT, "")
    assert "test_finishes" in done.stderr
    assert "no verdict on your code" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_course_that_cant_be_read_is_the_graders_own_fault(tmp_path: Path) -> None:
    course = copy_course(tmp_path / "course")
    (course / "exercises" / "exercise_03" / "exercise.toml").write_text("title = \x00")
    done = grade("exercise_03", "--course", course, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (FAULT, "")
    assert "exercise.toml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["exercise_99"], "no exercise called"),
        (["exercise_03", "--submission", "nowhere.py"], "no file at nowhere.py"),
        (["exercise_03", "--submission", "\x1b[31mred\u202e.py"], "no file at \N{REPLACEMENT CHARACTER}[31mred"),
        (["exercise_03", "--course", "/dev"], "not a course"),
        (["exercise_03", "--frobnicate"], "No such option"),
        (["start", "--all", "exercise_03"], "either --all or"),
    ],
)
def test_a_mistake_in_the_command_says_so_and_is_2(arguments: list[str], words: str, tmp_path: Path) -> None:
    done = grade(*arguments, cwd=tmp_path, PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert words in done.stderr
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_working_folder_that_is_gone_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    script = f"rmdir {folder}; exec {sys.executable} -P -m grader exercise_03"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", script], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == USAGE
    assert "folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_version_need_no_torch(tmp_path: Path) -> None:
    code = "import sys; from grader.__main__ import _run; sys.argv[1:] = ['--help']; _run(); assert 'torch' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: grade" in done.stdout
    assert "0.1.0" in grade("--version", cwd=tmp_path).stdout


# grade start


def test_start_copies_an_exercise_and_grade_takes_it_from_there(tmp_path: Path) -> None:
    assert grade("start", "exercise_03", cwd=tmp_path).returncode == PASSED
    assert {p.name for p in (tmp_path / "exercise_03").iterdir()} >= {"README.md", "train.py", "problem.py"}
    shutil.copy(SOLUTION, tmp_path / "exercise_03")
    for folder in (tmp_path, tmp_path / "exercise_03"):
        assert grade("exercise_03", "--json", cwd=folder).returncode == PASSED


@pytest.mark.parametrize("there", ["folder", "file", "link to nowhere"])
def test_start_never_overwrites(tmp_path: Path, there: str) -> None:
    target = tmp_path / "exercise_03"
    if there == "folder":
        target.mkdir()
        (target / "train.py").write_text("mine")
    elif there == "file":
        target.write_text("mine")
    else:
        target.symlink_to(tmp_path / "nowhere")
    before = sorted((str(p), p.is_file() and p.read_text()) for p in tmp_path.rglob("*"))
    done = grade("start", "exercise_03", cwd=tmp_path)
    assert done.returncode == USAGE
    assert "is there already" in done.stderr
    assert sorted((str(p), p.is_file() and p.read_text()) for p in tmp_path.rglob("*")) == before


def test_start_where_nothing_can_be_written_is_a_mistake_in_the_command() -> None:
    done = grade("start", "exercise_03", cwd=Path("/proc"))
    assert done.returncode == USAGE
    assert "can't be written" in done.stderr


# Odd surroundings


def test_an_empty_folder_is_enough_and_gets_the_page(tmp_path: Path, small_course: Path) -> None:
    done = grade("exercise_03", "--submission", SOLUTION, "--course", small_course, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (PASSED, "")
    assert "10 of 10" in done.stdout
    assert "\x1b" not in done.stdout
    assert {p.name for p in tmp_path.rglob("*.html")} == {"index.html"}


def test_a_folder_that_cant_be_written_costs_the_page_alone(small_course: Path) -> None:
    done = grade("exercise_03", "--submission", SOLUTION, "--course", small_course, cwd=Path("/proc"))
    assert (done.returncode, done.stderr) == (PASSED, "")
    assert "10 of 10" in done.stdout
    assert "index.html" not in done.stdout


def test_a_page_asked_for_where_it_cant_be_written_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    empty = tmp_path / "empty.py"
    empty.touch()
    done = grade("exercise_03", "--submission", empty.parent, "--page", "/proc/page", cwd=tmp_path)
    assert done.returncode == USAGE
    assert "/proc/page" in done.stderr


def test_a_locale_without_unicode_loses_signs_and_nothing_else(tmp_path: Path, small_course: Path) -> None:
    done = grade(
        *("exercise_03", "--submission", ESCAPES, "--no-page", "--course", small_course),
        cwd=tmp_path,
        **{"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    assert (done.returncode, done.stderr) == (NOT_PASSED, "")
    assert done.stdout.isascii()
    assert re.search(r"^  x 0/1 train\(\) runs to its end$", done.stdout, re.M)


@pytest.mark.parametrize("reader", ["head -c 20", "true"])
def test_a_reader_that_leaves_early_gets_no_traceback(tmp_path: Path, small_course: Path, reader: str) -> None:
    command = f"{sys.executable} -m grader exercise_03 --submission {SOLUTION} --no-page --course {small_course} | {reader}"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""


def test_no_learners_escape_sequence_reaches_the_terminal(tmp_path: Path, small_course: Path) -> None:
    printed, code = on_a_terminal("exercise_03", "--submission", str(ESCAPES), "--course", str(small_course), cwd=tmp_path)
    assert code == NOT_PASSED
    # What is left is ours: colours, and the spinner's hidden cursor, erased line and way up.
    ours = re.compile(r"\x1b\[[\d;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\r\n|\r(?=\x1b)")
    rest = ours.sub("", printed)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", rest)
    assert "owned" in rest  # it is there to be seen
    assert not re.search(r"^\s*Passed: 10 of 10", rest, re.M)
    assert printed.count("\x1b[31m") == len(re.findall("\x1b\\[31m✗", printed))


# On a terminal


def test_progress_is_told_on_a_terminal(tmp_path: Path, small_course: Path) -> None:
    printed, code = on_a_terminal("exercise_03", "--submission", str(SOLUTION), "--course", str(small_course), cwd=tmp_path)
    assert code == PASSED
    assert "Starting torch" in printed
    assert "\x1b[1" in printed  # bold
    assert printed.rstrip().endswith("index.html\x1b[0m")


def test_no_color_is_kept(tmp_path: Path, small_course: Path) -> None:
    printed, _ = on_a_terminal(
        *("exercise_03", "--submission", str(SOLUTION), "--course", str(small_course)), cwd=tmp_path, NO_COLOR="1"
    )
    assert not re.search(r"\x1b\[[\d;]*(3[0-7]|9[0-7]|38|48)[\d;]*m", printed)


def test_json_on_a_terminal_is_json_alone(tmp_path: Path, small_course: Path) -> None:
    printed, _ = on_a_terminal(
        *("exercise_03", "--submission", str(SOLUTION), "--json", "--course", str(small_course)), cwd=tmp_path
    )
    assert json.loads(printed)["verdict"] == "passed"


def test_ctrl_c_ends_everything(tmp_path: Path, small_course: Path) -> None:
    path = tmp_path / "endless.py"
    path.write_text(ENDLESS)
    with terminal("exercise_03", "--submission", str(path), "--course", str(small_course), cwd=tmp_path) as (fd, pid):
        read_until(fd, "Running your code")
        time.sleep(0.3)
        family = descendants(pid)
        assert len(family) >= 3  # a keeper, a zygote, a run
        os.write(fd, b"\x03")
        printed = read_until(fd)
        _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert "stopped" in printed
    assert "Traceback" not in printed
    assert not wait_for_end(family)


def test_killing_the_grader_leaves_no_process(tmp_path: Path, small_course: Path) -> None:
    path = tmp_path / "endless.py"
    path.write_text(ENDLESS)
    with terminal("exercise_03", "--submission", str(path), "--course", str(small_course), cwd=tmp_path) as (fd, pid):
        read_until(fd, "Running your code")
        time.sleep(0.3)
        family = descendants(pid)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert len(family) >= 3
    assert not wait_for_end(family)


def on_a_terminal(*arguments: str, cwd: Path, **environment: str) -> tuple[str, int]:
    with terminal(*arguments, cwd=cwd, **environment) as (fd, pid):
        printed = read_until(fd)
        _, status = os.waitpid(pid, 0)
    return printed, os.waitstatus_to_exitcode(status)


@contextlib.contextmanager
def terminal(*arguments: str, cwd: Path, **environment: str) -> Iterator[tuple[int, int]]:
    """Start `grade` as the foreground process of a terminal of its own."""
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "CI")} | {"TERM": "xterm", "COLUMNS": "80"}
    settings: dict[str, Any] = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
    script = (
        "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)  # a CI job may be started with it ignored\n"
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", script, *GRADE, *arguments],
        cwd=cwd,
        env=env | {"PYTHONPATH": str(ROOT)} | environment,
        **settings,
    )
    os.close(theirs)
    try:
        yield ours, process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.returncode = process.returncode or 0  # reaped by the test
        os.close(ours)


def read_until(fd: int, words: str = "", seconds: float = 60) -> str:
    """What comes out of a terminal until it says `words`, or is closed."""
    seen, deadline = b"", time.monotonic() + seconds
    while not words or words.encode() not in seen:
        ready, _, _ = select.select([fd], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"it said no more than {seen!r}"
        try:
            part = os.read(fd, 1 << 16)
        except OSError:  # its last process has closed it
            break
        if not part:
            break
        seen += part
    return seen.decode("utf-8", "replace")


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | descendants(child)
    return found


def wait_for_end(pids: set[int]) -> set[int]:
    """Those of the processes that are still there after a while."""
    for _ in range(100):
        pids = {pid for pid in pids if Path(f"/proc/{pid}").exists()}
        if not pids:
            break
        time.sleep(0.05)
    return pids
