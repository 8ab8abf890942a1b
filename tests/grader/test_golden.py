"""A golden file for each kind of report: what a learner reads, word by word, so that no change of it goes unseen.

DESCENT_GOLDEN=write pytest tests/grader/test_golden.py writes them anew; then read what `git diff` says, as a learner would.
"""

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from grader.course import Course
from grader.questions.grade import QuestionGrader
from grader.questions.model import QuestionSet
from grader.render.terminal import show
from grader.report import Report
from grader.unrun import questions_alone, refuse

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
Grade = Callable[..., Report]
Make = Callable[[Grade, Course], Report]


def program(path: str) -> Make:
    exercise = path.split("/")[1]
    return lambda grade, _: grade((ROOT / path).read_bytes(), exercise)


def source(text: str, exercise: str = "exercise_03") -> Make:
    return lambda grade, _: grade(text, exercise)


def answers(_: Grade, course: Course) -> Report:
    exercise = course.exercise("exercise_03")
    given = b'loop_order = ["a"]\nafter_step = "9 9"\nzero_grad = "They add up."\noops = 1\n'
    return questions_alone(exercise, QuestionGrader(QuestionSet(exercise)).grade(given))


def not_judged(_: Grade, course: Course) -> Report:
    return refuse(course.exercise("exercise_03"), "Recorded, not graded: this edition of the course has nothing that judges.")


HEAD = "import torch\ndef train(model, loss_fn, X, y, lr, epochs):\n"
KINDS: dict[str, Make] = {
    "passed": program("solutions/exercise_03/train.py"),
    "not_started": program("exercises/exercise_03/train.py"),
    "named": program("tests/exercise_03/wrong/never_clears_gradients.py"),
    "two_mistakes": source(
        HEAD
        + "    optimizer = torch.optim.SGD(model.parameters(), lr=lr)\n    losses = []\n    for epoch in range(epochs):\n"
        + "        loss = loss_fn(model(X), y)\n        losses.append(loss.item())\n        loss.backward()\n"
        + "        optimizer.step()\n    return losses\n"
    ),
    "unknown": source(
        HEAD
        + "    losses = []\n    for epoch in range(epochs):\n        loss = loss_fn(model(X), y)\n"
        + "        model.zero_grad()\n        loss.backward()\n        losses.append(loss.item())\n"
        + "        with torch.no_grad():\n            for p in model.parameters():\n                if p.grad is not None:\n"
        + "                    p.sub_(torch.sin(p.grad * 3.7 + epoch), alpha=lr)\n    return losses\n"
    ),
    "crashed": source(HEAD + "    return model(X, 3)\n"),
    "syntax": source("def train(:\n"),
    "no_function": source("def practise(model):\n    pass\n"),
    "signature": source("def train(model, X):\n    return []\n"),
    "import_fails": source("import tensorflow_keras_nothing\n"),
    "ends_the_process": source("import os\n" + HEAD + "    os._exit(0)\n"),
    "diverges": program("tests/exercise_03/wrong/climbs_instead_of_descends.py"),
    "parts": program("tests/exercise_06/wrong/converts_to_fixed_dtype.py"),
    "questions_alone": answers,
    "not_judged_here": not_judged,
}


@pytest.fixture(scope="module")
def made(grade: Grade, course: Course) -> Callable[[str], Report]:
    """The report of a kind, made once."""
    return cache(lambda name: KINDS[name](grade, course))


@pytest.mark.parametrize("name", KINDS)
def test_a_report_reads_as_its_golden_file(
    name: str, made: Callable[[str], Report], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show(made(name), None)
    text = capsys.readouterr().out
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("DESCENT_GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_the_json_has_the_same_words(name: str, made: Callable[[str], Report]) -> None:
    told = json.loads(made(name).model_dump_json())
    text = " ".join((GOLDEN / f"{name}.txt").read_text("utf-8").split())
    assert " ".join(told["headline"].split()) in text
    for check in told["checks"]:
        assert " ".join(check["title"].split()) in text


def test_there_is_no_golden_file_of_a_kind_that_is_no_more() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(KINDS)
