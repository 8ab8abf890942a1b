"""What is said of a mistake is true: each number in a sentence is computed here once more, from the run itself."""

import math
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from grader.checks.run import JudgedCase
from grader.course import Course
from grader.diagnosis.evidence import evidence, identified
from grader.diagnosis.evidence.words import calculation, number
from grader.diagnosis.look import Findings, Look
from grader.pipeline import Grader
from grader.trace import Trace

NUMBER = re.compile(r"(?<![\w`.\[])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w`\]])")
Tell = Callable[..., tuple[tuple[str, ...], JudgedCase]]


def shown(grader: Grader, trace: Trace) -> JudgedCase:
    name = grader.exercise.about.shown.name
    return next(JudgedCase(case, grader.references[case.name]) for case in trace.cases if case.name == name)


@pytest.fixture(scope="session")
def tell(course: Course, graders: dict[str, Grader], record: Callable[..., Trace]) -> Tell:
    """Run a wrong program; return what is said of these findings, and the shown case."""

    def told(exercise: str, program: str, findings: Findings) -> tuple[tuple[str, ...], JudgedCase]:
        path = course.root / "tests" / exercise / "wrong" / f"{program}.py"
        case = shown(graders[exercise], record(path.read_bytes(), exercise))
        return evidence(Look([case]), findings, list(findings)), case

    return told


def numbers(sentence: str) -> list[float]:
    return [float(text) for text in NUMBER.findall(sentence)]


def digits(*values: float) -> set[float]:
    """The values, in as many digits as may be written."""
    return {float(number(value, n)) for value in values for n in (3, 4, 5, 6)}


def losses(case: JudgedCase) -> list[float]:
    return [float.fromhex(e.detail["loss"]) for e in case.trace.events if e.kind == "backward"]


@pytest.mark.parametrize("exercise", ["exercise_03", "exercise_04"])
def test_a_gradient_that_was_kept_is_a_sum(tell: Tell, exercise: str) -> None:
    (said,), case = tell(exercise, "never_clears_gradients", {"clearing": ("never",)})
    assert said.startswith("At step 2, ")
    old, new, total = numbers(said)[1:4]
    first, second = case.gradients[0], case.gradients[1]
    at = next(i for i in range(len(first)) if float(first[i]) in digits(old) or old in digits(float(first[i])))
    assert total in digits(float(second[at]))
    assert new in digits(float(second[at] - first[at]))
    assert old + new == pytest.approx(total, rel=2e-3)


@pytest.mark.parametrize(
    ("exercise", "program", "value", "function"),
    [
        ("exercise_03", "sums_loss", "sum", lambda mean, n: n * mean),
        ("exercise_04", "sums_loss", "sum", lambda mean, n: n * mean),
        ("exercise_01", "sums_loss", "sum", lambda mean, n: n * mean),
        ("exercise_03", "averages_loss_twice", "divided by its size", lambda mean, n: mean / n),
        ("exercise_03", "takes_root_of_loss", "root", lambda mean, _: math.sqrt(mean)),
    ],
)
def test_a_loss_comes_of_the_mean(
    tell: Tell, exercise: str, program: str, value: str, function: Callable[[float, int], float]
) -> None:
    (said,), case = tell(exercise, program, {"weight": (value,)})
    mean = float(case.reference.trajectory.losses[0])
    size = len(case.plan.batches[0][0])
    step, own, examples, told = numbers(said)[:4]
    assert (step, examples) == (1, size)
    assert told in digits(mean)
    assert own in digits(losses(case)[0])
    assert function(told, size) == pytest.approx(own, rel=1e-3)


def test_half_a_loss_is_half_the_mean(tell: Tell) -> None:
    (said,), case = tell("exercise_03", "halves_loss", {"factor": ("half",)})
    mean = float(case.reference.trajectory.losses[0])
    assert numbers(said)[1] in digits(mean / 2)
    assert numbers(said)[3] in digits(mean)


def test_a_negated_loss_has_its_sign(tell: Tell) -> None:
    (said,), case = tell("exercise_03", "climbs_instead_of_descends", {"sign": ("negative",)})
    mean = float(case.reference.trajectory.losses[0])
    assert numbers(said)[1:] == [float(number(-mean)), float(number(mean))]


@pytest.mark.parametrize(
    ("program", "kind", "function"),
    [
        ("uses_absolute_error", "absolute", lambda p, y: (p - y).abs().mean()),
        ("broadcasts_targets", "broadcast", lambda p, y: ((p - y.reshape(1, -1)) ** 2).mean()),
    ],
)
def test_another_loss_is_computed(
    tell: Tell, program: str, kind: str, function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
) -> None:
    (said,), case = tell("exercise_03", program, {"kind of loss": (kind,)})
    X, y = case.plan.batches[0]
    case.reference.restart()
    with torch.no_grad():
        other = float(function(case.reference.model(X), y))
    assert other == pytest.approx(losses(case)[0])
    assert float(number(other)) in numbers(said)
    assert float(number(float(case.reference.trajectory.losses[0]))) in numbers(said)


def test_backward_twice_doubles_the_gradient(tell: Tell) -> None:
    (said,), case = tell("exercise_03", "backpropagates_twice", {"passes": ("2 times",)})
    right = case.reference.trajectory.gradients[0]
    assert any({float(number(2 * float(g))), float(number(float(g)))} <= set(numbers(said)) for g in right)


@pytest.mark.parametrize(
    ("exercise", "program", "findings", "words"),
    [
        ("exercise_04", "drops_last_batch", {"batches": ("the last left out",)}, "learn from batches 1, 2; there are 1, 2, 3"),
        ("exercise_04", "changes_batch_order--reversed", {"batches": ("another order",)}, "in the order 3, 2, 1"),
        ("exercise_04", "trains_on_first_batch_only", {"batches": ("the first alone",)}, "batches 1, 1, 1"),
        ("exercise_03", "stops_one_epoch_early", {"epochs": ("-1",)}, "19 times; epochs is 20"),
        ("exercise_03", "steps_twice", {"steps": ("twice",)}, "20 calls of backward() there are 40 steps"),
        ("exercise_04", "steps_once_per_epoch", {"steps": ("each epoch",)}, "7 steps, one an epoch; 21"),
        ("exercise_03", "never_steps", {"steps": ("none",)}, "called 20 times, and no step"),
        ("exercise_03", "steps_before_backward", {"steps": ("early, one later",)}, "before the first backward()"),
        ("exercise_03", "detaches_prediction", {"reached": ("none",)}, "None for `weight` and `bias`"),
        ("exercise_12", "stays_in_eval_mode_after_validation", {"mode": ("eval after the first epoch",)}, "In epoch 2"),
    ],
)
def test_the_loop_is_told_as_it_was(tell: Tell, exercise: str, program: str, findings: Findings, words: str) -> None:
    (said,), _ = tell(exercise, program, findings)
    assert words in said


def test_gradients_that_are_gone_were_there(tell: Tell) -> None:
    (said,), case = tell("exercise_03", "clears_gradients_before_step", {"seen": ("absent",)})
    assert numbers(said)[1] in {float(number(float(g))) for g in case.reference.trajectory.gradients[0]}
    assert said.endswith("it is None.")


def test_a_norm_is_that_of_all_gradients(tell: Tell) -> None:
    (said,), case = tell("exercise_13", "clips_after_step", {"seen": ("as they are",)})
    norm, limit = float(case.reference.trajectory.gradients[0].norm()), float(case.reference.arguments["max_norm"])
    assert numbers(said) == [1, float(number(norm)), limit, float(number(norm)), limit]


@pytest.mark.parametrize(
    ("exercise", "program", "findings", "words"),
    [
        ("exercise_03", "ignores_learning_rate", {"rate": ("default",)}, "Adam with lr 0.001; 0.1 was asked for"),
        ("exercise_03", "uses_the_other_optimizer", {"rule": ("SGD",)}, "those of SGD with lr 0.1; Adam with lr 0.1"),
        ("exercise_03", "swaps_betas", {"betas": ("swapped",)}, "betas (0.999, 0.9); (0.9, 0.999)"),
        ("exercise_04", "dampens_momentum--half", {"dampening": ("added",)}, "SGD with dampening 0.5; 0 was asked for"),
        (
            "exercise_13",
            "follows_another_schedule",
            {"rate": ("falls every epoch",)},
            "In epoch 2 your steps are those of lr 0.025",
        ),
    ],
)
def test_a_rule_is_told_with_its_numbers(tell: Tell, exercise: str, program: str, findings: Findings, words: str) -> None:
    (said,), _ = tell(exercise, program, findings)
    assert words in said


@pytest.mark.parametrize(
    ("program", "line", "option", "ratio"),
    [
        ("omits_bias_correction_of_m", "correction", "not of m", 0.1),
        ("drops_one_minus_beta1", "m", "no factor", 10.0),
        ("squares_first_moment", "v", "m squared", 10.0),
    ],
)
def test_a_line_by_hand_leads_where_it_leads(tell: Tell, program: str, line: str, option: str, ratio: float) -> None:
    (said,), case = tell("exercise_09", program, {line: (option,)})
    own, right = case.after[0] - case.before[0], case.expected.after[0] - case.before[0]
    told, wanted = numbers(said)[-1], float(number(float(right[0])))
    assert abs(told) == pytest.approx(abs(wanted), rel=1e-3)
    assert any(float(number(float(o))) in numbers(said) for o in own)
    assert float((own / right).abs().median()) == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize(
    ("program", "value", "function"),
    [
        ("averages_batch_means", "mean of means of each epoch", lambda means: sum(means) / len(means)),
        ("reports_last_batch_loss", "last of each epoch", lambda means: means[-1]),
    ],
)
def test_a_returned_number_is_what_it_is_called(
    tell: Tell, program: str, value: str, function: Callable[[list[float]], float]
) -> None:
    (said,), case = tell("exercise_04", program, {"returned": (value,)})
    sizes = [len(X) for X, _ in case.reference.arguments["batches"]]
    means = losses(case)[: len(sizes)]
    right = sum(n * loss for n, loss in zip(sizes, means, strict=True)) / sum(sizes)
    assert numbers(said)[:2] == [float(number(function(means))), float(number(right))]


def test_right_steps_are_torchs_own(graders: dict[str, Grader], course: Course, record: Callable[..., Trace]) -> None:
    for exercise, words in (
        ("exercise_03", "torch.optim.Adam's with lr 0.1"),
        ("exercise_04", "SGD's with lr 0.05, momentum 0.8"),
    ):
        solution = course.exercise(exercise).solution / "train.py"
        said = identified(Look([shown(graders[exercise], record(solution.read_bytes(), exercise))]))
        assert said is not None
        assert words in said
        assert float(re.findall(r"to (\S+)\.$", said)[0]) < 1e-12


def test_nothing_moves_and_nothing_is_identified(
    graders: dict[str, Grader], course: Course, record: Callable[..., Trace]
) -> None:
    path = course.root / "tests/exercise_03/wrong/never_steps.py"
    assert identified(Look([shown(graders["exercise_03"], record(path.read_bytes(), "exercise_03"))])) is None


@pytest.mark.parametrize("exercise", ["exercise_03", "exercise_04"])
def test_every_known_mistake_can_be_told(exercise: str, graders: dict[str, Grader], capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrong, nothing is raised, what is found elsewhere has no sentence of its own, and it takes milliseconds."""
    grader = graders[exercise]
    took = []
    for signature in grader.signatures.all:
        case = shown(grader, grader.known.program(signature.program).trace)
        look, begun = Look([case]), time.process_time()
        said = evidence(look, signature.findings, list(signature.findings))
        took.append(time.process_time() - begun)
        assert len(said) <= 3
        assert all(sentence.endswith(".") and "nan" not in sentence.split("makes")[0] for sentence in said)
        assert evidence(look, signature.findings, ()) == ()
    with capsys.disabled():
        print(f"\n{exercise}: {1e3 * sorted(took)[len(took) // 2]:.1f} ms at the median, {1e3 * max(took):.1f} at most", end="")


def test_only_the_shown_case_is_looked_at(tell: Tell) -> None:
    """What isn't wrong in the shown case has no number there: a second layer's gradients, say."""
    said, _ = tell("exercise_03", "clears_only_some_gradients--last_layer", {"clearing": (" / never",)})
    assert said == ()


def test_a_calculation_is_written_only_where_it_comes_out() -> None:
    assert calculation(lambda a, b: a + b, [0.0412, 0.0156], 0.0568) == ("0.0412", "0.0156", "0.0568")
    assert calculation(lambda a, b: a + b, [0.0412, 0.0156], 0.06) is None
    assert calculation(lambda a, b: a * b, [12, 4.1110833], 12 * 4.1110833) == ("12", "4.111", "49.33")


def test_sentences_are_of_the_run_alone() -> None:
    """No module that puts findings into words reads another case than it is given."""
    for path in (Path(__file__).parents[2] / "grader" / "diagnosis").glob("evidence*.py"):
        assert "references" not in path.read_text("utf-8")
