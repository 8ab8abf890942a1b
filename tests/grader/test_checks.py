"""Hidden checks: what they give points for, how they stay apart from the pytest around them, and what they never say."""

import faulthandler
import logging
import os
import pdb
import re
import shutil
import signal
import sys
import threading
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.checks import expect
from grader.checks.run import JudgedCase, Run
from grader.checks.session import CheckSession
from grader.course import Course
from grader.faults import GraderFault
from grader.pipeline import Grader
from grader.report import Report
from grader.submission import Submission
from grader.trace import Trace

LOOP = """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr={lr})
    losses = []
    for epoch in range({epochs}):
        {clear}
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append({note})
    return losses
"""
RIGHT = {"lr": "lr", "epochs": "epochs", "clear": "optimizer.zero_grad()", "note": "loss.item()"}
CHECKS = '"""Checks of a test."""\n\nimport pytest\n\nfrom grader.checks import Run, Unmet, expect\n\n'
properties = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


def loop(**changes: str) -> str:
    return LOOP.format(**RIGHT | changes)


@pytest.fixture(scope="module")
def right(graders: dict[str, Grader], record: Callable[..., Trace]) -> Run:
    """The run of a right program."""
    return run_of(loop(), graders["exercise_03"], record)


@pytest.fixture
def checks_of(tmp_path: Path, course: Course) -> Callable[..., CheckSession]:
    """Open a session over checks written in a test: `checks_of("…", "…")`, one file each."""
    shutil.copytree(course.root / "exercises" / "exercise_03", tmp_path / "exercises" / "exercise_03")

    def made(*sources: str) -> CheckSession:
        folder = tmp_path / "tests" / "exercise_03"
        folder.mkdir(parents=True, exist_ok=True)
        for number, source in enumerate(sources):
            (folder / f"test_{number}.py").write_text(CHECKS + dedent(source))
        return CheckSession(Course(tmp_path).exercise("exercise_03"))

    return made


def run_of(source: str, grader: Grader, record: Callable[..., Trace]) -> Run:
    trace = record(source, grader.exercise.name)
    return Run(grader.exercise, Submission({"train.py": source.encode()}), trace, grader.references)


# Points and dependencies


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({}, []),
        ({"note": "loss"}, ["returns"]),
        ({"lr": "2 * lr"}, ["updates"]),
        ({"clear": "pass"}, ["gradients"]),
        ({"clear": "pass", "lr": "2 * lr", "note": "2 * loss.item()"}, ["gradients", "updates", "returns"]),
        ({"epochs": "epochs - 1"}, ["steps", "gradients", "updates", "returns"]),
        ({"note": "loss.itm()"}, ["finishes", "steps", "gradients", "updates", "returns"]),
    ],
)
def test_each_check_gives_its_points_by_itself(changes: dict[str, str], lost: list[str], grade: Callable[..., Report]) -> None:
    report = grade(loop(**changes))
    assert [check.id for check in report.checks if check.status != "passed"] == lost
    assert report.score == sum(check.max_points for check in report.checks if check.id not in lost)
    assert report.max_score == 10.0
    assert report.verdict == ("failed" if lost else "passed")


def test_what_needs_a_failed_check_is_skipped_and_says_because_of_what(grade: Callable[..., Report]) -> None:
    report = grade(loop(epochs="epochs - 1"))
    status = {check.id: check.status for check in report.checks}
    assert status == {"finishes": "passed", "steps": "failed"} | dict.fromkeys(("gradients", "updates", "returns"), "skipped")
    failed = next(check for check in report.checks if check.status == "failed")
    assert all(failed.title in check.message for check in report.checks if check.status == "skipped")


def test_a_check_may_give_a_share_of_its_points_but_not_all(checks_of: Callable[..., CheckSession], right: Run) -> None:
    source = """
        @pytest.mark.points(4)
        def test_nearly(run: Run) -> None:
            'Nearly.'
            raise Unmet("Not quite.", share={})
    """
    for share, points in ((0.25, 1.0), (0.0, 0.0), (1.0, 3.96), (7.0, 3.96), (-1.0, 0.0)):
        with checks_of(source.replace("{}", str(share))) as session:
            (report,) = session.run(right)
            assert (report.status, report.points) == ("failed", points)


def test_a_part_of_a_run_is_judged_by_its_own_cases(record: Callable[..., Trace], graders: dict[str, Grader]) -> None:
    grader = graders["exercise_06"]
    stub = (grader.exercise.folder / "train.py").read_text("utf-8")
    begun = stub.replace("raise NotImplementedError", "return X.to(next(model.parameters()).dtype)  #", 1)
    submission = Submission({"train.py": begun.encode()})
    whole = Run(grader.exercise, submission, record(begun, "exercise_06"), grader.references)
    first, second = whole.of(task="match_dtype"), whole.of(task="gradient_of")
    assert first.error is None
    assert second.error is not None
    assert whole.error is not None
    assert first.is_part
    assert not whole.is_part
    assert 0 < len(first.cases) < len(whole.cases)
    expect.finishes(first)
    with pytest.raises(AssertionError, match=r"^Not started yet\.$"):
        expect.finishes(second)
    with pytest.raises(LookupError):
        whole.of(task="no such task")
    report = grader.grade(submission)
    assert 0 < report.score < report.max_score
    assert report.headline.startswith("Begun, and not finished: `gradient_of` (line ")


def test_a_part_that_was_never_come_to_has_not_finished(graders: dict[str, Grader], record: Callable[..., Trace]) -> None:
    endless = (
        "def match_dtype(model, X):\n    raise MemoryError\n"
        "def gradient_of(parameter):\n    pass\ndef checked_step(optimizer):\n    pass\n"
    )
    grader = graders["exercise_06"]
    run = Run(grader.exercise, Submission({"train.py": endless.encode()}), record(endless, "exercise_06"), grader.references)
    assert run.of(task="checked_step").cases == []
    with pytest.raises(AssertionError, match="ran out of memory"):
        expect.finishes(run.of(task="checked_step"))


def test_every_exercise_is_judged_by_its_own_checks(course: Course) -> None:
    sessions = {name: CheckSession(course.exercise(name)) for name in course.names}
    for name, session in sessions.items():
        docstrings = re.findall(
            r'def (test_\w+).*?"""(.*?)\.?"""',
            "".join(path.read_text() for path in sorted(course.exercise(name).judging.glob("test_*.py"))),
            re.DOTALL,
        )
        assert [(check.name, check.title) for check in session.worth()] == docstrings
        session.close()


def test_checks_of_several_files_are_judged_whatever_is_skipped(checks_of: Callable[..., CheckSession], right: Run) -> None:
    first = '''
        @pytest.mark.points(1)
        def test_a(run: Run) -> None:
            """A."""
            raise Unmet("not met")

        @pytest.mark.points(2)
        @pytest.mark.needs("test_a")
        def test_b(run: Run) -> None:
            """B."""
    '''
    second = '''
        @pytest.mark.points(4)
        def test_c(run: Run) -> None:
            """C."""

        @pytest.mark.points(8)
        @pytest.mark.needs("test_b")
        def test_d(run: Run) -> None:
            """D."""
    '''
    with checks_of(first, second) as session:
        for _ in range(2):
            results = session.run(right)
            assert [(r.id, r.status, r.points) for r in results] == [
                ("a", "failed", 0.0), ("b", "skipped", 0.0), ("c", "passed", 4.0), ("d", "skipped", 0.0)
            ]  # fmt: skip


# Faults of the grader's


@pytest.mark.parametrize(
    "body",
    ["raise ValueError('1')", "assert False", "run.cases[99]", "pytest.skip('no')", "pytest.fail('no')", "raise SystemExit"],
)
def test_a_check_that_breaks_is_a_fault_and_the_session_goes_on(
    body: str, checks_of: Callable[..., CheckSession], right: Run, graders: dict[str, Grader]
) -> None:
    source = f'''
        @pytest.mark.points(1)
        def test_first(run: Run) -> None:
            """First."""

        @pytest.mark.points(1)
        def test_breaks(run: Run) -> None:
            """It breaks."""
            if run.submission.main == "train.py":
                {body}
    '''
    good = Run(right.exercise, Submission({"a.py": b""}, "a.py"), right.trace, graders["exercise_03"].references)
    with checks_of(source) as session:
        for _ in range(2):
            with pytest.raises(GraderFault, match="test_breaks"):
                session.run(right)
            assert [result.status for result in session.run(good)] == ["passed", "passed"]


@pytest.mark.parametrize(
    "source",
    [
        '@pytest.mark.points(1)\ndef test_a(run: Run) -> None:\n    """ """\n',
        "@pytest.mark.points(1)\ndef test_a(run: Run) -> None:\n    pass\n",
        'def test_a(run: Run) -> None:\n    """A."""\n',
        '@pytest.mark.points\ndef test_a(run: Run) -> None:\n    """A."""\n',
        '@pytest.mark.points("many")\ndef test_a(run: Run) -> None:\n    """A."""\n',
        '@pytest.mark.points(1)\n@pytest.mark.needs("test_b")\ndef test_a(run: Run) -> None:\n    """A."""\n',
        '@pytest.mark.points(1)\n@pytest.mark.needs("test_a")\ndef test_a(run: Run) -> None:\n    """A."""\n',
        "@pytest.mark.typo(1)\ndef test_a(run: Run) -> None:\n    pass\n",
        "import no_such_module\n",
        "def test_a(:\n",
        "x = 1\n",
    ],
)
def test_checks_that_an_author_got_wrong_are_a_fault(source: str, checks_of: Callable[..., CheckSession]) -> None:
    with pytest.raises(GraderFault):
        checks_of(source)


def test_two_checks_of_one_name_are_a_fault(checks_of: Callable[..., CheckSession]) -> None:
    one = '@pytest.mark.points(1)\ndef test_a(run: Run) -> None:\n    """A."""\n'
    with pytest.raises(GraderFault, match="test_a"):
        checks_of(one, one)


# When two arrays are apart


@pytest.fixture(scope="module")
def case(right: Run) -> JudgedCase:
    """A case in float64 with several parameters."""
    return next(case for case in right.cases if case.name == "a small network")


@pytest.fixture(scope="module")
def single(right: Run) -> JudgedCase:
    """A case in float32."""
    return next(case for case in right.cases if "float32" in case.name)


def rows(case: JudgedCase, seed: int, steps: int = 3) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    size = case.reference.slices[-1].stop
    scale = 10.0 ** torch.randint(-6, 7, (steps, 1), generator=generator)
    return torch.randn(steps, size, dtype=torch.float64, generator=generator) * scale


def number_of(case: JudgedCase, column: int) -> int:
    return next(n for n, where in enumerate(case.reference.slices) if where.start <= column < where.stop)


@given(seed=st.integers(0, 1 << 32))
@properties
def test_an_array_is_not_apart_from_itself_nor_from_rounding(seed: int, case: JudgedCase, single: JudgedCase) -> None:
    for judged, noise in ((case, 1e-9), (single, 1e-5)):
        a = rows(judged, seed)
        assert judged.first_apart(a, a) is None
        b = a * (1 + noise * rows(judged, seed + 1).tanh())
        assert judged.first_apart(a, b) is judged.first_apart(b, a) is None


@given(seed=st.integers(0, 1 << 32), row=st.integers(0, 2), gap=st.sampled_from([1e-2, -0.5, 2.0, 1e6]), data=st.data())
@properties
def test_what_is_apart_is_apart_both_ways_and_at_the_same_place(
    seed: int, row: int, gap: float, data: st.DataObject, case: JudgedCase
) -> None:
    a = rows(case, seed)
    column = data.draw(st.integers(0, a.shape[1] - 1))
    b = a.clone()
    where = case.reference.slices[number_of(case, column)]
    b[row, column] += gap * float(a[row, where].abs().max())
    assert case.first_apart(a, b) == case.first_apart(b, a) == (row, number_of(case, column))


@given(seed=st.integers(0, 1 << 32), row=st.integers(0, 2), data=st.data())
@properties
def test_nan_is_apart_from_everything(seed: int, row: int, data: st.DataObject, case: JudgedCase) -> None:
    a = rows(case, seed)
    column = data.draw(st.integers(0, a.shape[1] - 1))
    b = a.clone()
    b[row, column] = data.draw(st.sampled_from([float("nan"), float("inf"), -float("inf")]))
    assert case.first_apart(b, a) == (row, number_of(case, column))
    assert case.first_apart(a, b) == (row, number_of(case, column))
    assert case.first_apart(b, b) == (row, number_of(case, column))


def test_of_several_places_the_first_row_counts_and_in_it_the_first_parameter(case: JudgedCase) -> None:
    a = rows(case, 1)
    b = a.clone()
    b[2, 0] *= 2
    b[1, case.reference.slices[2].start] *= 2
    b[1, case.reference.slices[1].start] *= 2
    assert case.first_apart(a, b) == (1, 1)


@pytest.mark.parametrize("factor", [0.9, 1.1])
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e8])
@pytest.mark.parametrize("kind", ["case", "single"])
def test_the_tolerance_is_relative_to_the_entry_with_a_floor_of_its_tensor(
    factor: float, size: float, kind: str, request: pytest.FixtureRequest
) -> None:
    judged: JudgedCase = request.getfixturevalue(kind)
    tolerance = judged.tolerance
    expected = torch.full((1, judged.reference.slices[-1].stop), size, dtype=torch.float64)
    expected[0, 0] = 0.0  # here only the floor is allowed
    for column, allowed in ((0, tolerance.floor * size), (1, (tolerance.relative + tolerance.floor) * size)):
        actual = expected.clone()
        actual[0, column] += factor * allowed
        assert (judged.first_apart(actual, expected) is None) is (factor < 1)


def test_an_update_may_be_rounded_as_the_parameters_are(case: JudgedCase) -> None:
    size = case.reference.slices[-1].stop
    around = torch.full((1, size), 1e3, dtype=torch.float64)
    update = torch.full((1, size), 1e-10, dtype=torch.float64)
    rounded = (around + update) - around
    assert case.first_apart(rounded, update) is not None
    assert case.first_apart(rounded, update, around) is None
    assert case.first_apart(100 * update, update, around / 1e6) is not None


def test_a_parameter_without_entries_is_never_apart(case: JudgedCase) -> None:
    empty = torch.zeros(0, case.reference.slices[-1].stop, dtype=torch.float64)
    assert case.first_apart(empty, empty) is None


# What is said


WRONG = {
    "exercise_03": [
        loop(clear="pass"),
        loop(lr="3.21987 * lr"),
        loop(note="1.23456789 * loss.item()"),
        loop(note="loss"),
        loop(epochs="epochs + 2"),
        loop(note="loss.itm(X.sum().item())"),
        loop(clear="optimizer.zero_grad(); y = y * 1.123456789"),
        loop(clear="optimizer.zero_grad(); model.weight.data.fill_(0.5) if hasattr(model, 'weight') else None"),
        loop(clear="raise ValueError(f'{X.sum().item()} {y[0, 0].item():.5e} {lr}')"),
        loop(clear="raise ValueError(X, y, list(model.parameters()))"),
        loop(clear="optimizer = torch.optim.Adam(model.parameters(), lr=lr * float('nan'))"),
        "def train(model, loss_fn, X, y, lr, epochs):\n    return [0.0] * epochs\n",
        "def train(model, loss_fn, X, y, lr, epochs):\n    return X @ y.T @ 3\n",
    ],
    "exercise_02": [
        "def descend(model, loss_fn, X, y, lr, steps):\n    for _ in range(steps):\n        loss_fn(model(X), y).backward()\n"
        "        for p in model.parameters():\n            if p.grad is not None:\n"
        "                p.data -= 1.2345678 * lr * p.grad\n",
    ],
    "exercise_01": [
        "def one_step(model, loss_fn, X, y, lr):\n    loss_fn(model(X), y).backward()\n    model.weight.data *= 1.23456\n"
        "    return (model.weight,) * 3\n",
    ],
}


def spoken(report: Report) -> list[str]:
    """All that is said of hidden inputs: sentences of evidence that aren't a check's are of the shown, see test_evidence."""
    messages = [check.message for check in report.checks]
    diagnosed = [text for d in report.diagnoses for text in (d.title, d.see, d.why, d.mend)]
    judged = [text for d in report.diagnoses for text in d.evidence if text in messages]
    return [report.headline, report.run.error or "", *messages, *diagnosed, *judged]


def secrets(course: Course, exercise: str) -> set[str]:
    """The seeds of hidden cases."""
    probes = tomllib.loads((course.exercise(exercise).judging / "probes.toml").read_text())
    return {str(case["arguments"]["seed"]) for case in probes["case"] if "seed" in case["arguments"]}


@pytest.mark.parametrize("exercise", WRONG)
def test_no_message_gives_a_hidden_number_away(exercise: str, course: Course, grade: Callable[..., Report]) -> None:
    assert all(len(seed) > 2 for seed in secrets(course, exercise))
    for source in WRONG[exercise]:
        report = grade(source, exercise)
        assert report.verdict == "failed"
        for text in spoken(report):
            assert not secrets(course, exercise) & set(re.findall(r"\d+", text)), text
            for number in re.findall(r"\d*\.\d+(?:e[-+]?\d+)?", text):
                digits = re.sub(r"e.*|\.", "", number).lstrip("0")
                assert len(digits) <= 3, text


@pytest.mark.parametrize(
    ("actual", "expected", "words"),
    [
        ([2.0, 4.0], [1.0, 2.0], "2 times"),
        ([-1.0, -2.0], [1.0, 2.0], "-1 times"),
        ([0.0, 0.0], [1.0, 2.0], "0, and not"),
        ([1.0, 2.0], [0.0, 0.0], "not 0, as is"),
        ([float("nan"), 2.0], [1.0, 2.0], "NaN or infinite, and not"),
        ([float("inf"), 2.0], [1.0, 2.0], "NaN or infinite, and not"),
        ([1.0, 2.5], [1.0, 2.0], "22% away from"),
        ([1e9, 2.0], [1.0, 2.0], "far away from"),
    ],
)
def test_how_two_arrays_compare_is_said_in_words(actual: list[float], expected: list[float], words: str) -> None:
    assert expect.compare(torch.tensor(actual), torch.tensor(expected)) == words


# Sessions


def test_twenty_submissions_in_one_session_come_out_as_in_twenty_sessions(
    course: Course, graders: dict[str, Grader], record: Callable[..., Trace]
) -> None:
    exercise = course.exercise("exercise_03")
    kinds = [loop(), loop(clear="pass"), loop(note="loss.itm()"), loop(epochs="epochs - 1"), loop(note="loss")]
    runs = [run_of(source, graders["exercise_03"], record) for source in kinds]
    order = [runs[(k * (k + 1) // 2 + k // 5) % 5] for k in range(20)]
    with CheckSession(exercise) as shared:
        together = [shared.run(run) for run in order]
    apart = []
    for run in order:
        with CheckSession(exercise) as fresh:
            apart.append(fresh.run(run))
    assert together == apart
    assert len(set(together)) == 5


def test_settings_for_the_callers_pytest_have_no_effect(
    monkeypatch: pytest.MonkeyPatch, course: Course, right: Run, tmp_path: Path
) -> None:
    exercise = course.exercise("exercise_03")
    with CheckSession(exercise) as session:
        before = session.run(right)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option -k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    with CheckSession(exercise) as session:
        assert session.run(right) == before
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option -k nothing"
    assert os.environ["PYTEST_PLUGINS"] == "no_such_plugin"


def state() -> dict[str, object]:
    """What of the process a session might change for others."""
    return {
        "modules": {name for name in sys.modules if not name.startswith("_pytest.")},
        "path": list(sys.path),
        "finders": list(sys.meta_path),
        "path hooks": list(sys.path_hooks),
        "filters": list(warnings.filters),
        "showwarning": warnings.showwarning,
        "hooks": (sys.excepthook, sys.unraisablehook, threading.excepthook, sys.breakpointhook, pdb.set_trace),
        "faulthandler": faulthandler.is_enabled(),
        "handlers": list(logging.root.handlers),
        "signals": [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)],
        "environment": dict(os.environ),
        "streams": (sys.stdout, sys.stderr, sys.stdin),
        "folder": Path.cwd(),
        "threads": threading.active_count(),
    }


@pytest.mark.parametrize("when", ["open", "closed"])
def test_a_session_inside_another_pytest_leaves_no_trace(
    when: str, course: Course, graders: dict[str, Grader], record: Callable[..., Trace], capfd: pytest.CaptureFixture[str]
) -> None:
    run = run_of(loop(clear="pass"), graders["exercise_03"], record)
    graders["exercise_03"].checks.run(run)  # whatever is imported once is there
    capfd.readouterr()
    os.environ["PYTEST_CURRENT_TEST"] = "this one (call)"  # as it was before that run
    before = state()
    with CheckSession(course.exercise("exercise_03")) as session:
        session.run(run)
        if when == "open":
            assert state() == before
    assert state() == before
    assert capfd.readouterr() == ("", "")


def test_what_a_check_prints_is_not_seen(
    checks_of: Callable[..., CheckSession], right: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    source = '@pytest.mark.points(1)\ndef test_a(run: Run) -> None:\n    """A."""\n    print("a secret")\n'
    with checks_of(source) as session:
        session.run(right)
    assert capfd.readouterr() == ("", "")
