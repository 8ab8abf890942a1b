"""What single exercises promise beyond their wrong and right programs, which `grade verify` runs."""

from collections.abc import Callable

import pytest

from grader.assemble import standings
from grader.checks.run import Run
from grader.course import Course
from grader.pipeline import Grader
from grader.report import CheckReport
from grader.submission import Submission
from grader.trace import Trace

Judge = Callable[[str, str], tuple[CheckReport, ...]]

# Adam from torch, in the ways that an issue of this course names: by alias, by importlib, as a subclass, wrapped.
BORROWED = {
    "alias": """
import torch
from torch.optim import {torchs} as Mine
class {name}:
    def __init__(self, params, {signature}):
        self.inner = Mine(params, {passed})
""",
    "importlib": """
import importlib
class {name}:
    def __init__(self, params, {signature}):
        self.inner = getattr(importlib.import_module("torch." + "optim"), "{torchs}")(params, {passed})
""",
    "wrapped": """
import torch
class {name}:
    def __init__(self, params, {signature}):
        self.inner = torch.optim.{torchs}(params, {passed})
""",
    "hidden": """
import sys
class {name}:
    def __init__(self, params, {signature}):
        self.inner = vars(sys.modules["".join(["torch", ".", "optim"])])["{torchs}"](params, {passed})
""",
}
INNER = """
    @property
    def lr(self):
        return self.inner.param_groups[0]["lr"]
    @lr.setter
    def lr(self, value):
        for group in self.inner.param_groups:
            group["lr"] = value
    def step(self):
        self.inner.step()
    def zero_grad(self):
        self.inner.zero_grad()
"""
SUBCLASS = """
import torch
class {name}(torch.optim.{torchs}):
    lr = property(lambda self: self.param_groups[0]["lr"], lambda self, lr: [g.update(lr=lr) for g in self.param_groups])
"""
CLASSES = {
    "exercise_08": ("SGD", "lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False"),
    "exercise_09": ("Adam", "lr=1e-3, betas=(0.9, 0.999), eps=1e-8"),
    "exercise_10": ("AdamW", "lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2"),
}
GROUPS = """
def decay_groups(model, weight_decay):
    return [{"params": list(model.parameters()), "weight_decay": weight_decay}]
"""


@pytest.fixture
def judge(graders: dict[str, Grader], record: Callable[..., Trace]) -> Judge:
    """The checks' results alone: nobody looks for the mistake."""

    def judged(source: str, exercise: str) -> tuple[CheckReport, ...]:
        grader = graders[exercise]
        submission = Submission({"train.py": source.encode()})
        run = Run(grader.exercise, submission, record(source, exercise), grader.references)
        assert run.error is None or "budget" in run.error.message, run.error
        return grader.checks.run(run)

    return judged


@pytest.mark.parametrize("exercise", CLASSES)
@pytest.mark.parametrize("way", [*BORROWED, "subclass"])
def test_an_optimizer_of_torchs_may_not_do_the_work(exercise: str, way: str, judge: Judge) -> None:
    name, signature = CLASSES[exercise]
    passed = ", ".join(f"{part.split('=')[0].strip()}={part.split('=')[0].strip()}" for part in names(signature))
    source = SUBCLASS if way == "subclass" else BORROWED[way] + INNER
    for old, new in {"{name}": name, "{torchs}": name, "{signature}": signature, "{passed}": passed}.items():
        source = source.replace(old, new)
    checks = judge(source + (GROUPS if exercise == "exercise_10" else ""), exercise)
    assert "torch.optim" in next(check.message for check in checks if check.status == "failed")
    assert sum(check.points for check in checks) <= 3


def names(signature: str) -> list[str]:
    """The parameters, with a default that holds commas in one piece."""
    return [part for part in signature.replace("(0.9, 0.999)", "()").split(",") if part.strip()]


def test_choosing_is_deterministic(course: Course, record: Callable[..., Trace], judge: Judge) -> None:
    solution = (course.exercise("exercise_15").solution / "train.py").read_text("utf-8")
    first, second = (record(solution, "exercise_15") for _ in range(2))
    assert [case.returned for case in first.cases] == [case.returned for case in second.cases]
    fixed = "def choose(make_problem, budget):\n    return {'optimizer': 'adam', 'lr': 1.0}\n"
    one, two = (sum(check.points for check in judge(fixed, "exercise_15")) for _ in range(2))
    assert one == two
    assert 1 < one < 10, "a fixed answer earns something, and not all"
    assert one != round(one), "the mark goes by how near the choice comes"


def test_choosing_has_a_leaderboard_and_the_others_none(graders: dict[str, Grader], record: Callable[..., Trace]) -> None:
    def run(source: str, exercise: str) -> Run:
        grader = graders[exercise]
        return Run(grader.exercise, Submission({"train.py": source.encode()}), record(source, exercise), grader.references)

    def choosing(lr: float) -> str:
        return f"def choose(make_problem, budget):\n    return {{'optimizer': 'adam', 'lr': {lr}}}\n"

    (far,), (near,) = (standings(run(choosing(lr), "exercise_15")) for lr in (1e-4, 1.0))
    assert (near.name, near.order) == ("of the best descent, in %", "desc")
    assert 0 <= far.value < near.value <= 100
    assert standings(run("def choose(", "exercise_15")) == ()
    assert standings(run("def train(:", "exercise_03")) == ()


def test_nobody_may_evaluate_more_than_the_budget(judge: Judge) -> None:
    greedy = """
def choose(make_problem, budget):
    parameters, loss = make_problem()
    for _ in range(budget + 1):
        loss()
"""
    checks = judge(greedy, "exercise_15")
    assert {check.status for check in checks} == {"failed", "skipped"}
    assert "budget" in checks[0].message


def test_there_are_twenty_set_ups_to_examine_and_sound_ones_among_them(course: Course) -> None:
    faults = [frozenset(case.expected) for case in course.exercise("exercise_14").cases if case.expected is not None]
    assert len(faults) >= 20
    assert sum(not names for names in faults) >= 3
    assert len(frozenset().union(*faults)) == 7
    assert any(len(names) > 1 for names in faults)
