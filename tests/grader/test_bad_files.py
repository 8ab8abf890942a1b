"""What can't be run says so in a sentence, what looks odd and is right passes, and what breaks is no fault of ours."""

import json
import os
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.confined.harness import ALARM_BEFORE_S, Alarm, OutOfTime
from grader.course import Course
from grader.faults import Ungradable, UsageError
from grader.pipeline import Grader
from grader.report import Report
from grader.runner import Runner
from grader.submission import MAX_BYTES, MAX_FILES, Submission, read_submission
from grader.unrun import refuse

ROOT = Path(__file__).parents[2]
SOLUTION = (ROOT / "solutions" / "exercise_03" / "train.py").read_bytes()
SIGNATURE = "model, loss_fn, X, y, lr, epochs"
Grade = Callable[..., Report]


def assert_ungradable(report: Report, *words: str, line: int | None = None) -> None:
    assert report.verdict == "ungradable"
    assert (report.score, report.checks, report.diagnoses) == (0, (), ())
    assert report.run.status in ("refused", "crashed")
    assert report.run.error_line == line
    said = report.headline
    for word in words:
        assert word in said
    if line is not None:
        assert f"ine {line}" in said
    assert len(said) < 400
    assert "Traceback" not in report.model_dump_json()
    assert said == report.run.error
    assert Report.model_validate_json(report.model_dump_json()) == report


BAD_SOURCES = {
    "syntax error": (b"import torch\n\ndef train(model:\n    pass\n", ["SyntaxError"], 3),
    "wrong indentation": (b"def train():\nreturn 1\n", ["IndentationError"], 2),
    "tabs and spaces mixed": (b"def train():\n\tif 1:\n        pass\n", ["TabError"], 3),
    "no such function": (
        b"import torch\n\ndef trian(model):\n    pass\n",
        ["no function train()", "trian()", f"def train({SIGNATURE})"],
        None,
    ),
    "not a function": (b"train = 5\n", ["isn't a function", "int"], None),
    "wrong signature": (b"\n\ndef train(model, X, y):\n    pass\n", ["train(model, X, y)", f"train({SIGNATURE})"], 3),
    "keyword arguments only": (b"def train(*, model, loss_fn, X, y, lr, epochs):\n    pass\n", [f"train({SIGNATURE})"], 1),
    "missing import": (b"import torch\nimport pandas_of_mine\n", ["ModuleNotFoundError", "pandas_of_mine"], 2),
    "an error while it loads": (b"import torch\nx = [\n    1 / 0,\n]\n", ["ZeroDivisionError"], 3),
    "an exit while it loads": (b"import sys\nsys.exit(0)\n", ["SystemExit", "let the function return"], 2),
    "NUL bytes": (SOLUTION + b"\n\0\0\n", ["NUL"], SOLUTION.count(b"\n") + 2),
    "neither UTF-8 nor declared": (b"# ok\n# caf\xe9\n" + SOLUTION, ["UTF-8"], 2),
    "UTF-16": ("# text\n".encode("utf-16") + SOLUTION, ["train.py"], 1),
    "an encoding that there isn't": (b"# -*- coding: klingon -*-\n" + SOLUTION, ["klingon", "UTF-8"], 1),
    "another encoding than declared": (b"# -*- coding: ascii -*-\n# \xc3\xa9\n" + SOLUTION, ["UTF-8"], 1),
    "empty": (b"", ["empty"], None),
    "only a BOM": (b"\xef\xbb\xbf", ["empty"], None),
    "only white space": (b" \n\t\n\n", ["empty"], None),
    "only comments": (b"# to do\n# tomorrow\n", ["no function train()"], None),
}


@pytest.mark.parametrize("name", BAD_SOURCES)
def test_what_cant_be_run_is_told_in_a_sentence_with_its_line(name: str, grade: Grade) -> None:
    source, words, line = BAD_SOURCES[name]
    assert_ungradable(grade(source), *words, line=line)


UNKNOWN = b"def train(model: nn.Module, loss_fn, X: Tensor, y, lr: float, epochs: int = 3) -> Losses:\n"


def test_annotations_are_not_looked_at(grade: Grade) -> None:
    annotated = SOLUTION.replace(b"def train(model, loss_fn, X, y, lr, epochs):\n", UNKNOWN)
    assert annotated != SOLUTION
    assert grade(b"from __future__ import annotations\n" + annotated).verdict == "passed"
    if sys.version_info >= (3, 14):
        assert grade(annotated).verdict == "passed"
        unreadable = annotated.replace(b"X: Tensor", b'X: "Tensor" | None')
        assert grade(unreadable).verdict == "passed"
    else:  # there, Python itself looks at them
        assert_ungradable(
            grade(annotated), "NameError: name 'nn' is not defined", line=SOLUTION[: SOLUTION.index(b"def ")].count(b"\n") + 1
        )
    short = b"from __future__ import annotations\ndef train(model: nn.Module, X: Tensor = 2) -> Losses:\n    pass\n"
    assert_ungradable(grade(short), "`train(model, X=2)` can't be called", line=2)


def folder_of(tmp_path: Path, **files: bytes) -> Path:
    for name, content in files.items():
        (tmp_path / f"{name}.py").write_bytes(content)
    return tmp_path


def test_a_folder_without_train_py_is_ungradable_and_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(Ungradable, match="no Python file at all"):
        read_submission(tmp_path)
    with pytest.raises(Ungradable, match=r"has no train\.py \(it has solution\.py\)"):
        read_submission(folder_of(tmp_path, solution=SOLUTION))


def notebook(*cells: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}).encode()


def test_a_notebook_is_its_code_cells_alone_in_a_folder_or_in_a_zip(tmp_path: Path) -> None:
    content = notebook("%matplotlib inline\nimport torch", "def train():\n    pass")
    (tmp_path / "work.ipynb").write_bytes(content)
    expected = {"train.py": b"# %matplotlib inline\nimport torch\n\ndef train():\n    pass"}
    assert read_submission(tmp_path / "work.ipynb").files == expected
    assert read_submission(tmp_path).files == expected
    (tmp_path / "train.ipynb").write_bytes(notebook("x = 1"))
    assert read_submission(tmp_path).files == {"train.py": b"x = 1"}
    (tmp_path / "train.ipynb").write_bytes(b"{")
    with pytest.raises(Ungradable, match="no notebook that can be read"):
        read_submission(tmp_path)


def test_a_zip_is_the_folder_in_it_that_has_the_work(tmp_path: Path) -> None:
    path = tmp_path / "mine.zip"

    def made(files: dict[str, bytes]) -> Submission:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return read_submission(path)

    one = made({"work/train.py": b"x", "work/helper.py": b"y", "work/answers.toml": b"z", "train.py.bak": b"", "old/a.py": b""})
    assert (one.files, one.answers) == ({"train.py": b"x", "helper.py": b"y"}, b"z")
    assert made({"__MACOSX/train.py": b"junk", "a/b/solution.py": b"x"}).files == {"train.py": b"x"}
    assert made({"a/work.ipynb": notebook("x = 1")}).files == {"train.py": b"x = 1"}
    assert made({"answers.toml": b"z"}) == Submission({}, answers=b"z")
    for files, words in (
        ({"a.py": b"", "b.py": b""}, "has no train.py"),
        ({"essay.docx": b""}, "There is no train.py"),
        ({"../train.py": b""}, "There is no train.py"),
        ({"train.py": b"#" * 1_100_000}, "more than 1000 kB of Python"),
    ):
        with pytest.raises(Ungradable, match=words):
            made(files)
    path.write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(Ungradable, match="can't be read as a zip"):
        read_submission(path)


def test_a_directory_called_train_py_is_ungradable(tmp_path: Path) -> None:
    (tmp_path / "train.py").mkdir()
    with pytest.raises(Ungradable, match=r"train\.py is a folder"):
        read_submission(tmp_path)
    with pytest.raises(Ungradable, match=r"The folder train\.py has no train\.py"):
        read_submission(tmp_path / "train.py")


@pytest.mark.parametrize("dangling", [False, True])
def test_a_symbolic_link_is_ungradable_whatever_it_leads_to(tmp_path: Path, dangling: bool) -> None:
    (tmp_path / "train.py").symlink_to(tmp_path / "nowhere" if dangling else ROOT / "solutions" / "exercise_03" / "train.py")
    for path in (tmp_path, tmp_path / "train.py"):
        with pytest.raises(Ungradable, match="symbolic link"):
            read_submission(path)


def test_a_helper_that_is_a_symbolic_link_stays_out(tmp_path: Path) -> None:
    (tmp_path / "key.py").symlink_to(ROOT / "solutions" / "exercise_03" / "train.py")
    assert set(read_submission(folder_of(tmp_path, train=SOLUTION)).files) == {"train.py"}


def test_a_file_that_cant_be_opened_is_ungradable() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "train.py"
        path.write_bytes(SOLUTION)
        path.chmod(0)
        me = os.geteuid()
        try:
            if me == 0:
                os.seteuid(65534)  # root may read every file
            for asked in (path, path.parent):
                with pytest.raises(Ungradable, match="can't be read: Permission denied"):
                    read_submission(asked)
        finally:
            os.seteuid(me)


def test_a_huge_file_is_ungradable_and_never_read(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a hole: no memory holds it
    for asked in (path, tmp_path):
        with pytest.raises(Ungradable, match="larger than 1000 kB"):
            read_submission(asked)


def test_too_many_or_too_large_files_together_are_ungradable(tmp_path: Path) -> None:
    folder_of(tmp_path, train=SOLUTION, a=b"#" * (MAX_BYTES - 10), b=b"#" * 10)
    with pytest.raises(Ungradable, match="more than 1000 kB"):
        read_submission(tmp_path)
    folder_of(tmp_path, a=b"", b=b"", **{f"m{k}": b"" for k in range(MAX_FILES)})
    with pytest.raises(Ungradable, match=f"at most {MAX_FILES}"):
        read_submission(tmp_path)


def test_another_kind_of_file_is_ungradable(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_bytes(SOLUTION)
    with pytest.raises(Ungradable, match=r"train\.txt is not a Python file"):
        read_submission(tmp_path / "train.txt")


def test_a_name_that_is_no_text_can_be_reported(tmp_path: Path, course: Course) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(Ungradable) as reason:
        read_submission(folder)
    report = refuse(course.exercise("exercise_03"), str(reason.value))
    assert Report.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize("there", ["nothing", "a pipe", "too long a name"])
def test_no_file_at_that_path_is_a_usage_error(tmp_path: Path, there: str) -> None:
    path = tmp_path / ("x" * 300 if there == "too long a name" else "train.py")
    if there == "a pipe":
        os.mkfifo(path)
    with pytest.raises(UsageError if there != "too long a name" else (UsageError, Ungradable)):
        read_submission(path)


FINE = {
    "a BOM": b"\xef\xbb\xbf" + SOLUTION,
    "CRLF": SOLUTION.replace(b"\n", b"\r\n"),
    "CR": SOLUTION.replace(b"\n", b"\r"),
    "tabs": SOLUTION.replace(b"    ", b"\t"),
    "declared latin-1": b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + SOLUTION,
    "no newline at the end": SOLUTION.rstrip(),
    "a form feed": b"\x0c\n" + SOLUTION,
    "names beyond ASCII": SOLUTION.replace(b"losses", "verlüste".encode()),
}


@pytest.mark.parametrize("name", FINE)
def test_what_looks_odd_and_is_right_passes(name: str, grade: Grade) -> None:
    report = grade(FINE[name])
    assert (report.verdict, report.score) == ("passed", report.max_score), report.headline


def test_lines_are_counted_as_python_counts_them(grade: Grade) -> None:
    source = '"""\x0c \x1c \u2028 \x85"""\n'.encode() + f"def train({SIGNATURE}):\n    raise ValueError('here')\n".encode()
    report = grade(source)
    assert report.run.error_line == 3
    assert "raise ValueError" in report.lines[3]


def test_a_folder_with_helper_modules_passes(tmp_path: Path, graders: dict[str, Grader]) -> None:
    folder_of(tmp_path, helper=SOLUTION, train=b"from helper import train\n", unused=b"this is no Python\n\0")
    (tmp_path / "problem.py").write_text("raise SystemExit('this one is the course\\'s')")
    report = graders["exercise_03"].grade(read_submission(tmp_path))
    assert (report.verdict, report.score) == ("passed", report.max_score), report.headline


def test_a_file_of_any_name_is_taken_for_train_py(tmp_path: Path) -> None:
    path = tmp_path / "doe_jane_12345_my loop (2).py"
    path.write_bytes(SOLUTION)
    assert read_submission(path) == Submission({"train.py": SOLUTION})


@pytest.mark.parametrize("name", ["exercise_01", "exercise_02", "exercise_03", "exercise_04"])
def test_the_untouched_stub_is_not_started_yet(name: str, course: Course, grade: Grade) -> None:
    report = grade((course.exercise(name).folder / "train.py").read_bytes(), name)
    assert (report.verdict, report.score, report.diagnoses) == ("failed", 0, ())
    assert report.headline.startswith("Not started yet. ")
    assert course.exercise(name).about.begin in report.headline
    assert "Traceback" not in report.model_dump_json()


# What the learner's code does to its own process.


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory, runner: Runner) -> Callable[[str], Report]:
    """Grade the body of a `train` for which time and memory are short."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("exercises", "tests"):
        shutil.copytree(
            ROOT / folder / "exercise_03", root / folder / "exercise_03", ignore=shutil.ignore_patterns("wrong", "__pycache__")
        )
    about = root / "exercises" / "exercise_03" / "exercise.toml"
    text, shown, rest = about.read_text("utf-8").partition("[shown]")
    about.write_text(f"{text}[limits]\nwall_s = 1.5\nmemory_mb = 300\n\n{shown}{rest}", "utf-8")
    grader = Grader(Course(root).exercise("exercise_03"), runner)
    return lambda body: grader.grade(Submission({"train.py": f"import torch\ndef train({SIGNATURE}):\n    {body}\n".encode()}))


BREAKING = {
    "sys.exit": ("import sys; sys.exit(0)", "crashed", "SystemExit"),
    "os._exit": ("import os; os._exit(0)", "crashed", "ends the whole Python process"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "crashed", "KeyboardInterrupt"),
    "an endless loop": ("while True: pass", "timed_out", "in line 3"),
    "sleep": ("import time; time.sleep(60)", "timed_out", "in line 3"),
    "a loop in C": ("sum(iter(int, 1))", "timed_out", "Still running after 1.5 s"),
    "a memory bomb": ("x = [0] * 10**10", "out_of_memory", "in line 3"),
    "a tensor too large": ("torch.zeros(10**10)", "out_of_memory", "in line 3"),
    "a segfault": ("import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV"),
    "recursion": ("return train(model, loss_fn, X, y, lr, epochs)", "crashed", "RecursionError"),
    "endless steps": ("while True: loss_fn(model(X), y).backward()", "timed_out", "in line 3"),
    "an exception without words": ("raise ValueError", "crashed", "ValueError"),
    "an exception that can't be told": (
        "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0, '__repr__': lambda self: 1 / 0})",
        "crashed",
        "It stopped in line 3 with E",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_while_it_runs_is_failed_with_the_right_status(name: str, hasty: Callable[[str], Report]) -> None:
    body, status, words = BREAKING[name]
    report = hasty(body)
    assert (report.verdict, report.run.status) == ("failed", status)
    assert words in report.headline
    assert report.score == 0
    assert "Traceback" not in report.model_dump_json()


def test_time_that_runs_out_in_the_graders_own_code_is_no_end_of_the_process() -> None:
    """It rang while a record was packed, on a busy machine: then the next case doesn't begin, and is said to be out of time."""
    alarm = Alarm()
    with alarm:
        pass
    alarm.set(ALARM_BEFORE_S)  # the shortest that there is
    end = time.monotonic() + 1
    while time.monotonic() < end:  # code of ours, which it leaves alone
        pass
    with pytest.raises(OutOfTime), alarm:
        pytest.fail("the learner's code has begun")
    again = Alarm()
    again.set(ALARM_BEFORE_S)
    with pytest.raises(OutOfTime), again:
        time.sleep(30)


def test_a_flood_of_output_is_cut_and_costs_nothing(grade: Grade) -> None:
    flood = SOLUTION.replace(
        b"        optimizer.zero_grad()\n", b"        optimizer.zero_grad()\n        print('x' * 1_000_000)\n"
    )
    report = grade(flood)
    assert report.verdict == "passed"
    assert 0 < len(report.run.printed) < 50_000


WARNS = {
    "float of a tensor with a graph": (b"loss.item()", b"float(loss)"),
    "broadcasting": (b"        loss.backward()\n", b"        loss_fn(model(X), y.reshape(-1))\n        loss.backward()\n"),
    "warnings are errors": (b"import torch\n", b"import torch, warnings\nwarnings.simplefilter('error')\n"),
    "a deprecated call": (
        b"        loss.backward()\n",
        b"        torch.norm(X)\n        X.data.cpu().storage()\n        loss.backward()\n",
    ),
    "its own warning": (
        b"        loss.backward()\n",
        b"        import warnings; warnings.warn('careful')\n        loss.backward()\n",
    ),
    "words on stderr": (
        b"        loss.backward()\n",
        b"        import sys; print('hm', file=sys.stderr)\n        loss.backward()\n",
    ),
}


@pytest.mark.parametrize("name", WARNS)
def test_a_warning_costs_no_point(name: str, grade: Grade) -> None:
    assert WARNS[name][0] in SOLUTION
    report = grade(SOLUTION.replace(*WARNS[name]))
    assert (report.verdict, report.score) == ("passed", report.max_score), report.headline
