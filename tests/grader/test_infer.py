"""Mistakes that no program on file makes: other numbers, several at once, and what is left unknown."""

from collections.abc import Callable

import pytest

from grader.checks.run import JudgedCase
from grader.diagnosis.infer import explain
from grader.diagnosis.look import Look
from grader.diagnosis.signatures import Signature
from grader.job import limits, make_job, trace_of
from grader.pipeline import Grader
from grader.report import Report
from grader.submission import read_submission

LOOP = """
import torch

def train(model, loss_fn, batches, lr, momentum, epochs):
    {before}
    optimizer = torch.optim.{optimizer}
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range({epochs}):
        total = 0.0
        for X, y in {batches}:
            {clear}
            loss = {loss}
            loss.backward()
            {step}
            total += {note}
        losses.append({mean})
    return losses
"""
PARTS = {
    "before": "pass",
    "optimizer": "SGD(model.parameters(), lr=lr, momentum=momentum)",
    "epochs": "epochs",
    "batches": "batches",
    "clear": "optimizer.zero_grad()",
    "loss": "loss_fn(model(X), y)",
    "step": "optimizer.step()",
    "note": "loss.item() * len(X)",
    "mean": "total / examples",
}


def loop(**changes: str) -> str:
    return LOOP.format(**PARTS | changes)


def named(report: Report) -> set[str]:
    return {diagnosis.id for diagnosis in report.diagnoses}


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({"optimizer": "SGD(model.parameters(), lr=3.7 * lr, momentum=momentum)"}, {"scales_learning_rate"}),
        ({"optimizer": "SGD(model.parameters(), lr=lr, momentum=0.37)"}, {"ignores_momentum"}),
        ({"loss": "0.5 * loss_fn(model(X), y)", "clear": "pass"}, {"halves_loss", "never_clears_gradients"}),
        (
            {"epochs": "epochs - 1", "optimizer": "SGD(model.parameters(), lr=lr)"},
            {"stops_one_epoch_early", "ignores_momentum"},
        ),
        (
            {"batches": "batches[1:]", "optimizer": "SGD(model.parameters(), momentum=momentum)"},
            {"skips_first_batch", "ignores_learning_rate"},
        ),
        ({"step": "optimizer.step(); optimizer.step()", "mean": "loss.item()"}, {"steps_twice", "reports_last_batch_loss"}),
        ({"loss": "loss_fn(model(X), y).sqrt()", "epochs": "epochs - 1"}, {"takes_root_of_loss", "stops_one_epoch_early"}),
        (
            {"clear": "pass", "optimizer": "Adam(model.parameters(), lr=lr)", "epochs": "epochs - 1"},
            {"never_clears_gradients", "uses_the_other_optimizer", "stops_one_epoch_early"},
        ),
    ],
)
def test_mistakes_with_other_numbers_and_several_at_once_are_named(
    changes: dict[str, str], ids: set[str], grade: Callable[..., Report]
) -> None:
    report = grade(loop(**changes), "exercise_04")
    assert report.verdict == "failed"
    assert named(report) == ids
    assert all(not diagnosis.one_of for diagnosis in report.diagnoses)


def test_each_of_two_mistakes_is_shown_in_the_learners_own_numbers(grade: Callable[..., Report]) -> None:
    report = grade(loop(clear="pass", optimizer="SGD(model.parameters(), lr=3 * lr, momentum=momentum)"), "exercise_04")
    shown = {diagnosis.id: " ".join(diagnosis.evidence) for diagnosis in report.diagnoses}
    assert "At step 2, the gradient" in shown["never_clears_gradients"]
    assert "3 times" in shown["scales_learning_rate"]
    assert all(diagnosis.line for diagnosis in report.diagnoses)


@pytest.mark.parametrize(
    "changes",
    [
        {"loss": "loss_fn(model(X + 0.01), y)"},
        {"step": "optimizer.step(); [p.data.mul_(0.99) for p in model.parameters()]"},
        {"loss": "loss_fn(model(X), y) + 0.1 * model(X).mean()"},
    ],
)
def test_what_fits_nothing_is_unknown_and_says_where_it_parts(changes: dict[str, str], grade: Callable[..., Report]) -> None:
    report = grade(loop(**changes), "exercise_04")
    assert report.verdict == "failed"
    assert named(report) == {"unknown"}
    assert "step 1" in " ".join(report.diagnoses[0].evidence)


def test_one_mistake_is_named_beside_something_unknown(grade: Callable[..., Report]) -> None:
    report = grade(loop(clear="pass", mean="total * 0.3 + epoch"), "exercise_04")
    assert named(report) == {"never_clears_gradients", "unknown"}
    assert report.headline == "Gradients are never cleared."


@pytest.mark.parametrize("number", ["02", "03", "04", "05", "13"])
def test_nothing_is_found_in_right_programs_however_they_are_written(number: str, graders: dict[str, Grader]) -> None:
    grader = graders[f"exercise_{number}"]
    for path in grader.exercise.programs("right"):
        raw = grader.runner.run(make_job(grader.exercise, read_submission(path)), limits(grader.exercise))
        trace = trace_of(raw, grader.exercise)
        look = Look([JudgedCase(case, grader.references[case.name]) for case in trace.cases])
        assert look.unlike(grader.signatures.right) == {}, path.name


def test_a_right_run_is_told_whose_steps_it_made(grade: Callable[..., Report]) -> None:
    assert "those of torch.optim.SGD" in str(grade(loop(), "exercise_04").identified)


# From findings to names


def signature(id: str, **findings: tuple[str, ...]) -> Signature:
    return Signature(id, id, findings, frozenset())


A, B, BOTH = signature("a", weight=("sum",)), signature("b", epochs=("-1",)), signature("both", weight=("sum",), epochs=("-1",))


def names(findings: dict[str, tuple[str, ...]], *known: Signature) -> list[list[str]]:
    return [[s.id for s in mistake] for mistake in explain(findings, known).mistakes]


def test_the_fewest_mistakes_that_explain_all_are_named() -> None:
    assert names({"weight": ("sum",), "epochs": ("-1",)}, A, B) == [["a"], ["b"]]
    assert names({"weight": ("sum",), "epochs": ("-1",)}, A, B, BOTH) == [["both"]]


def test_a_mistake_that_does_more_than_was_found_is_not_named() -> None:
    assert names({"weight": ("sum",)}, BOTH) == []


def test_mistakes_that_nothing_tells_apart_stand_together() -> None:
    assert names({"weight": ("sum",)}, A, signature("c", weight=("sum",))) == [["a", "c"]]


def test_what_is_found_first_in_a_channel_says_more_than_the_rest() -> None:
    one, two = signature("one", rate=("squared", "scaled")), signature("two", rate=("scaled",))
    assert names({"rate": ("squared", "scaled")}, one, two) == [["one"]]
    assert names({"rate": ("zero", "scaled")}, one, two) == [["two"]]


def test_nothing_is_named_beside_something_unexplained_of_the_same_kind() -> None:
    assert names({"weight": ("sum",), "value": ("?",)}, A) == []
    assert names({"weight": ("sum",), "rate": ("?",)}, A) == [["a"]]


def test_nothing_is_named_where_the_run_stopped_for_an_unknown_reason() -> None:
    assert names({"weight": ("sum",), "stopped": ("crashed",)}, A) == []
