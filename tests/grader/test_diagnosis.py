"""A mistake has one name, however the program with it is written; and what isn't on file has none."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.confined import wire
from grader.course import Course, Exercise
from grader.diagnosis import KnownMistakes
from grader.diagnosis.compare import distance, equal, like, summarize
from grader.diagnosis.known import cache_folder
from grader.pipeline import Grader
from grader.report import Report
from grader.runner import Runner
from grader.submission import Submission
from grader.trace import Other, Trace

properties = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
RIGHT = """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    {before}
    optimizer = torch.optim.Adam(model.parameters(), lr={lr})
    losses = []
    for epoch in range({epochs}):
        {clear}
        loss = {loss}
        loss.backward()
        {step}
        losses.append({note})
    return losses
"""
PARTS = {
    "before": "pass",
    "lr": "lr",
    "epochs": "epochs",
    "clear": "optimizer.zero_grad()",
    "loss": "loss_fn(model(X), y)",
    "step": "optimizer.step()",
    "note": "loss.item()",
}


def loop(**changes: str) -> str:
    return RIGHT.format(**PARTS | changes)


# How far two traces are apart


@pytest.fixture(scope="module")
def trace(record: Callable[..., Trace]) -> Trace:
    """A right program's."""
    return record(loop())


def noisy(trace: Trace, size: float, seed: int) -> Trace:
    """The trace with every number off by up to `size`, of the way gone and of the gradient."""
    generator = torch.Generator().manual_seed(seed)

    def off(table: torch.Tensor, around: torch.Tensor) -> torch.Tensor:
        noise = 2 * torch.rand(table.shape, dtype=torch.float64, generator=generator) - 1
        return around + (table - around) * (1 + size * noise)

    zero = torch.zeros((), dtype=torch.float64)
    return replace(
        trace,
        cases=tuple(
            replace(
                case,
                parameters=off(case.parameters, case.parameters[0]),
                gradients=off(case.gradients, zero),
                returned=[value * (1 + size * (seed % 3 - 1)) for value in case.returned],
                returned_later=[value * (1 + size * (seed % 3 - 1)) for value in case.returned_later],
            )
            for case in trace.cases
        ),
    )


def test_a_trace_equals_itself(trace: Trace) -> None:
    assert equal(trace, trace)
    assert all(distance(case, case) == 0.0 for case in trace.cases)


@given(seed=st.integers(0, 1 << 32), size=st.sampled_from([1e-12, 1e-9, 1e-7]))
@properties
def test_rounding_leaves_two_traces_equal(seed: int, size: float, trace: Trace) -> None:
    other = noisy(trace, size, seed)
    assert equal(trace, other)
    assert equal(other, trace)
    assert like(summarize(trace), summarize(other))


@given(seed=st.integers(0, 1 << 32), what=st.sampled_from(["parameters", "gradients", "returned"]), data=st.data())
@properties
def test_one_number_that_is_off_by_a_thousandth_parts_two_traces(
    seed: int, what: str, data: st.DataObject, trace: Trace
) -> None:
    case = trace.cases[0]
    step = data.draw(st.sampled_from(case.steps))
    changed: Any
    if what == "returned":
        changed = [value * 1.001 if k == 0 else value for k, value in enumerate(case.returned)]
    else:
        changed = getattr(case, what).clone()
        row = step.after if what == "parameters" else step.gradient
        size = (changed - changed[0]).abs().max() if what == "parameters" else changed[row].abs().max()
        changed[row, seed % changed.shape[1]] += 1.1e-3 * size
    other = replace(trace, cases=(replace(case, **{what: changed}), *trace.cases[1:]))
    assert not equal(trace, other)
    assert not equal(other, trace)


@given(row=st.integers(1, 15), column=st.integers(0, 1))
@properties
def test_nan_equals_nan_in_the_same_place_alone(row: int, column: int, trace: Trace) -> None:
    def with_nan(row: int) -> Trace:
        parameters = trace.cases[0].parameters.clone()
        parameters[row, column] = float("nan")
        return replace(trace, cases=(replace(trace.cases[0], parameters=parameters), *trace.cases[1:]))

    assert equal(with_nan(row), with_nan(row))
    assert like(summarize(with_nan(row)), summarize(with_nan(row)))
    assert not equal(with_nan(row), trace)
    assert not equal(trace, with_nan(row))
    assert not equal(with_nan(row), with_nan(row + 1))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([1.0], [1.0 + 1e-9], True),
        ([1.0], [1.001], False),
        ([1.0], (1.0,), False),
        ([1.0], [1], False),
        ([1.0, 2.0], [1.0], False),
        ([float("nan")], [float("nan")], True),
        ([float("nan")], [0.0], False),
        ([float("inf")], [float("inf")], True),
        ([float("inf")], [-float("inf")], False),
        ({"a": [1.0]}, {"a": [1.0 + 1e-9]}, True),
        ({"a": [1.0]}, {"a": [1.001]}, False),
        ({"a": [1.0]}, {"b": [1.0]}, False),
        ({"a": torch.ones(3)}, {"a": torch.ones(3)}, True),
        ({"a": torch.ones(3)}, {"a": torch.zeros(3)}, False),
        (torch.ones(2), torch.ones(2, dtype=torch.float64), False),
        (torch.ones(2), torch.ones(1, 2), False),
        (Other("numpy.ndarray"), Other("numpy.ndarray"), True),
        (Other("numpy.ndarray"), Other("numpy.float64"), False),
        (None, [], False),
        (True, 1, False),
        ({1, 2}, {2, 1}, True),
    ],
)
def test_what_two_programs_return_is_compared_by_type_and_value(one: object, other: object, same: bool, trace: Trace) -> None:
    def returning(value: object) -> Trace:
        return replace(trace, cases=(replace(trace.cases[0], returned=value, returned_later=value), *trace.cases[1:]))

    assert equal(returning(one), returning(other)) is same
    assert equal(returning(other), returning(one)) is same


def test_a_case_less_or_an_error_parts_two_traces(trace: Trace, record: Callable[..., Trace]) -> None:
    assert not equal(trace, replace(trace, cases=trace.cases[:-1]))
    assert not equal(replace(trace, cases=trace.cases[:-1]), trace)
    crashed = record(loop(note="loss.itm()"))
    assert not equal(trace, crashed)
    assert equal(crashed, crashed)
    assert not equal(crashed, record(loop(note="1 / 0")))


# Names: the mistakes of tests/<exercise>/wrong, written by other hands

REWRITTEN = {
    ("exercise_03", "never_clears_gradients"): """
import torch
import torch.nn.functional as F

def advance(net, opt, inputs, targets):
    error = F.mse_loss(net(inputs), targets)
    error.backward()
    opt.step()
    return float(error)

def train(net, criterion, inputs, targets, rate, n):
    opt = torch.optim.Adam(list(net.parameters()), rate, foreach=True)
    opt.zero_grad()
    return [advance(net, opt, inputs, targets) for _ in range(n)]
""",
    ("exercise_03", "steps_twice"): """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    history, adam = [], torch.optim.Adam(model.parameters(), lr)
    while len(history) < epochs:
        error = ((y - model(X)) ** 2).mean()
        error.backward()
        for _ in range(2):
            adam.step()
        model.zero_grad(set_to_none=False)
        history += [error.item()]
    return history
""",
    ("exercise_03", "swaps_betas"): """
import torch

class MyAdam:
    def __init__(self, params, lr):
        self.lr, self.n, self.slots = lr, 0, [[p, 0.0, 0.0] for p in params]

    def step(self):
        self.n += 1
        for slot in self.slots:
            p, first, second = slot
            if p.grad is not None:
                slot[1] = first = 0.999 * first + 0.001 * p.grad
                slot[2] = second = 0.9 * second + 0.1 * p.grad ** 2
                root = torch.sqrt(second / (1 - 0.9 ** self.n)) + 1e-8
                p.data = p.data - self.lr * first / (1 - 0.999 ** self.n) / root
                p.grad = None

def train(model, loss_fn, X, y, lr, epochs):
    opt, losses = MyAdam(model.parameters(), lr), []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        loss.backward()
        losses.append(loss.item())
        opt.step()
    return losses
""",
    ("exercise_03", "halves_loss"): """
import torch

def half_square(a, b):
    return (a - b).pow(2).mean() / 2

def train(model, loss_fn, X, y, lr, epochs):
    opt = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    losses = []
    for _ in range(epochs):
        value = half_square(y, model(X))
        for p in model.parameters():
            p.grad = None
        value.backward()
        losses.append(value.detach().item())
        opt.step()
    return losses
""",
    ("exercise_03", "sums_loss"): """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    out = []
    for _ in range(epochs):
        opt.zero_grad(set_to_none=False)
        residual = model(X) - y
        total = (residual * residual).sum()
        total.backward()
        opt.step()
        out.append(total.item())
    return out
""",
    ("exercise_03", "recreates_optimizer_every_epoch"): """
import torch

def epoch_of(model, loss_fn, X, y, lr):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    loss = loss_fn(model(X), y)
    loss.backward()
    opt.step()
    opt.zero_grad()
    return loss.item()

def train(model, loss_fn, X, y, lr, epochs):
    return [epoch_of(model, loss_fn, X, y, lr) for _ in range(epochs)]
""",
    ("exercise_03", "omits_bias_correction"): """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    params = [p for p in model.parameters() if p.requires_grad]
    m, v, losses = {}, {}, []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        grads = torch.autograd.grad(loss, params, allow_unused=True)
        with torch.no_grad():
            for i, (p, g) in enumerate(zip(params, grads)):
                if g is None:
                    continue
                m[i] = m.get(i, torch.zeros_like(g)).lerp(g, 0.1)
                v[i] = v.get(i, torch.zeros_like(g)).mul(0.999).add(g.square(), alpha=0.001)
                p.addcdiv_(m[i], v[i].sqrt().add(1e-8), value=-lr)
        losses.append(loss.item())
    return losses
""",
    ("exercise_03", "uses_absolute_error"): """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    opt = torch.optim.Adam(params=model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        def closure():
            model.zero_grad()
            loss = (model(X) - y).abs().mean()
            loss.backward()
            return loss
        losses.append(opt.step(closure).item())
    return losses
""",
    ("exercise_03", "leaves_biases_out_of_optimizer"): """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    groups = [{"params": [p]} for p in model.parameters() if p.dim() == 2]
    opt = torch.optim.Adam(groups, lr=lr)
    losses = []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses
""",
    ("exercise_03", "reports_loss_after_step"): """
import torch

def evaluate(model, loss_fn, X, y):
    with torch.no_grad():
        return loss_fn(model(X), y).item()

def train(model, loss_fn, X, y, lr, epochs):
    opt, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        loss_fn(model(X), y).backward()
        opt.step()
        opt.zero_grad()
        losses.append(evaluate(model, loss_fn, X, y))
    return losses
""",
    ("exercise_03", "clears_gradients_before_step"): """
import torch

def train(model, loss_fn, X, y, lr, epochs):
    opt, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        losses.append(loss.item())
        loss.backward()
        model.zero_grad()
        opt.step()
    return losses
""",
    ("exercise_04", "never_clears_gradients"): """
import torch

def train(net, criterion, data, rate, momentum, n):
    sgd, history = torch.optim.SGD(net.parameters(), rate, momentum, foreach=True), []
    for _ in range(n):
        total = count = 0
        for inputs, targets in data:
            error = ((net(inputs) - targets) ** 2).mean()
            error.backward()
            sgd.step()
            total, count = total + float(error) * len(inputs), count + len(inputs)
        history.append(total / count)
    return history
""",
    ("exercise_04", "averages_batch_means"): """
import torch

def train(model, loss_fn, batches, lr, momentum, epochs):
    velocity, history = {}, []
    for _ in range(epochs):
        seen = []
        for X, y in batches:
            model.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            for name, p in model.named_parameters():
                if p.grad is not None:
                    velocity[name] = velocity.get(name, 0.0) * momentum + p.grad
                    p.data -= lr * velocity[name]
            seen.append(loss.item())
        history.append(sum(seen) / len(seen))
    return history
""",
    ("exercise_04", "reports_last_batch_loss"): """
import torch

def train(model, loss_fn, batches, lr, momentum, epochs):
    sgd, history = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, fused=True), [0.0] * epochs
    for k in range(epochs):
        for X, y in batches:
            def closure():
                sgd.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                return loss
            history[k] = sgd.step(closure).item()
    return history
""",
    ("exercise_04", "recreates_optimizer_every_epoch"): """
import torch

def epoch_of(model, loss_fn, batches, sgd):
    total = 0.0
    for X, y in batches:
        loss = loss_fn(model(X), y)
        loss.backward()
        sgd.step()
        model.zero_grad()
        total += loss.item() * len(X)
    return total / sum(len(X) for X, _ in batches)

def train(model, loss_fn, batches, lr, momentum, epochs):
    return [
        epoch_of(model, loss_fn, batches, torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum))
        for _ in range(epochs)
    ]
""",
    ("exercise_04", "climbs_instead_of_descends"): """
import torch

def train(model, loss_fn, batches, lr, momentum, epochs):
    sgd, history = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum), []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            sgd.zero_grad()
            loss = loss_fn(model(X), y)
            loss.neg().backward()
            sgd.step()
            total += loss.item() * len(y)
        history.append(total / sum(len(y) for _, y in batches))
    return history
""",
}


@pytest.mark.parametrize(("exercise", "id"), REWRITTEN)
def test_a_wrong_program_written_otherwise_has_the_same_name(
    exercise: str, id: str, course: Course, grade: Callable[..., Report]
) -> None:
    if not (course.exercise(exercise).judging / "wrong" / f"{id}.py").exists():
        pytest.skip(f"{exercise} has no {id} on file yet")
    report = grade(REWRITTEN[exercise, id], exercise)
    assert report.verdict == "failed"
    assert id in [diagnosis.id for diagnosis in report.diagnoses]
    if len(report.diagnoses) == 1:
        assert report.diagnoses[0].confidence == "certain"
    else:
        assert all(set(d.one_of) == {o.id for o in report.diagnoses} for d in report.diagnoses)


TWO = {
    ("never_clears_gradients", "scales_learning_rate"): {"clear": "pass", "lr": "10 * lr"},
    ("never_clears_gradients", "steps_twice"): {"clear": "pass", "step": "optimizer.step(); optimizer.step()"},
    ("halves_loss", "keeps_graph_alive"): {"loss": "loss_fn(model(X), y) / 2", "note": "loss"},
    ("ignores_learning_rate", "swaps_betas"): {"lr": "1e-3, betas=(0.999, 0.9)"},
    ("climbs_instead_of_descends", "maximizes"): {"loss": "-loss_fn(model(X), y)", "lr": "lr, maximize=True"},
    ("stops_one_epoch_early", "uses_absolute_error"): {"epochs": "epochs - 1", "loss": "(model(X) - y).abs().mean()"},
    ("starts_from_zero", "sums_loss"): {
        "before": "[p.data.zero_() for p in model.parameters()]",
        "loss": "((model(X) - y) ** 2).sum()",
    },
    ("broadcasts_targets", "reports_loss_after_step"): {
        "loss": "((model(X) - y.flatten()) ** 2).mean()",
        "note": "loss_fn(model(X), y).item()",
    },
}


@pytest.mark.parametrize(("ids", "changes"), TWO.items(), ids=[" and ".join(ids) for ids in TWO])
def test_of_two_mistakes_at_once_none_is_given_a_wrong_name(
    ids: tuple[str, str], changes: dict[str, str], course: Course, grade: Callable[..., Report]
) -> None:
    assert set(ids) <= set(course.misconceptions)
    report = grade(loop(**changes))
    assert report.verdict == "failed"
    assert report.diagnoses
    assert {diagnosis.id for diagnosis in report.diagnoses} <= {*ids, "unknown"}


def test_what_is_not_on_file_is_unknown_and_its_evidence_says_where_it_parts(grade: Callable[..., Report]) -> None:
    (diagnosis,) = grade(loop(loss="loss_fn(model(X), y + 0.125)")).diagnoses
    assert (diagnosis.id, diagnosis.one_of) == ("unknown", ())
    assert any("step 1" in line and "weight" in line for line in diagnosis.evidence)


def test_nothing_is_diagnosed_where_all_is_right_or_nothing_is_written_yet(
    course: Course, grade: Callable[..., Report]
) -> None:
    for name in course.names:
        exercise = course.exercise(name)
        passed = grade((exercise.solution / "train.py").read_bytes(), name)
        assert (passed.verdict, passed.diagnoses) == ("passed", ())
        stub = grade((exercise.folder / "train.py").read_bytes(), name)
        assert (stub.verdict, stub.diagnoses) == ("failed", ())
        assert exercise.about.begin in stub.headline


def test_the_line_named_is_the_learners(grade: Callable[..., Report]) -> None:
    source = REWRITTEN["exercise_03", "never_clears_gradients"]
    (diagnosis,) = grade(source).diagnoses
    assert diagnosis.line
    assert source.splitlines()[diagnosis.line - 1].strip() == "error.backward()"


# What is kept


@pytest.fixture
def small(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exercise:
    """exercise_03 with two wrong programs, and an empty cache."""
    for part in ("exercises", "tests"):
        ignored = shutil.ignore_patterns("wrong", "right", "__pycache__")
        shutil.copytree(course.root / part / "exercise_03", tmp_path / part / "exercise_03", ignore=ignored)
    wrong = tmp_path / "tests" / "exercise_03" / "wrong"
    wrong.mkdir()
    (wrong / "never_clears_gradients.py").write_text(loop(clear="pass"))
    (wrong / "keeps_graph_alive.py").write_text(loop(note="loss"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Course(tmp_path).exercise("exercise_03")


@pytest.fixture(scope="module")
def mistaken(record: Callable[..., Trace]) -> Trace:
    """A run with one of these two mistakes."""
    return record(REWRITTEN["exercise_03", "never_clears_gradients"])


def names(exercise: Exercise, runner: Runner | None, trace: Trace) -> list[str]:
    return [m.id for m in KnownMistakes(exercise, runner).equal_to(trace)]  # type: ignore[arg-type]


def test_what_was_recorded_once_is_not_run_again(small: Exercise, runner: Runner, mistaken: Trace) -> None:
    assert names(small, runner, mistaken) == ["never_clears_gradients"]
    assert names(small, None, mistaken) == ["never_clears_gradients"]


def test_a_wrong_program_that_was_changed_is_run_again(small: Exercise, runner: Runner, mistaken: Trace) -> None:
    assert names(small, runner, mistaken) == ["never_clears_gradients"]
    (small.judging / "wrong" / "never_clears_gradients.py").write_text(loop(clear="pass", lr="2 * lr"))
    assert names(small, runner, mistaken) == []


FAULT = wire.pack({"frame": "ready", "fault": "of another day"}, {})


@pytest.mark.parametrize("index_too", [False, True])
@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda b: b[:-1],
        lambda b: b[: len(b) // 2],
        lambda b: b[: len(b) // 6],
        lambda _: b"\0" * 99,
        lambda _: FAULT,
    ],
    ids=["empty", "a byte short", "half", "a sixth", "zeros", "a fault"],
)
def test_a_damaged_file_is_recorded_anew(
    damage: Callable[[bytes], bytes], index_too: bool, small: Exercise, runner: Runner, mistaken: Trace
) -> None:
    assert names(small, runner, mistaken) == ["never_clears_gradients"]
    kept = {path: path.read_bytes() for path in cache_folder().iterdir()}
    assert len(kept) == 3
    for path, content in kept.items():
        if path.suffix == ".trace" or index_too:
            path.write_bytes(damage(content))
    assert names(small, runner, mistaken) == ["never_clears_gradients"]
    assert {path: path.stat().st_size // 100 for path in cache_folder().iterdir() if path.suffix == ".trace"} == {
        path: len(content) // 100 for path, content in kept.items() if path.suffix == ".trace"
    }


def test_without_a_place_to_keep_them_they_are_run_each_time(
    small: Exercise, runner: Runner, mistaken: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file" / "cache"))
    for _ in range(2):
        assert names(small, runner, mistaken) == ["never_clears_gradients"]


def test_a_wrong_program_that_ends_its_process_is_known_by_that(
    small: Exercise, runner: Runner, record: Callable[..., Trace]
) -> None:
    source = loop(before="import os; os._exit(0)")
    (small.judging / "wrong" / "never_steps.py").write_text(source)
    for _ in range(2):
        assert names(small, runner, record(source)) == ["never_steps"]


def test_an_exercise_without_wrong_programs_diagnoses_unknown(small: Exercise, runner: Runner) -> None:
    shutil.rmtree(small.judging / "wrong")
    report = Grader(small, runner).grade(Submission({"train.py": loop(clear="pass").encode()}))
    assert [diagnosis.id for diagnosis in report.diagnoses] == ["unknown"]


# Exercises of several parts

SEVERAL = {
    "match_dtype": "return X.to(next(model.parameters()).dtype)",
    "gradient_of": "return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad",
    "checked_step": """if all(p.grad is None for g in optimizer.param_groups for p in g["params"]):
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()""",
}
TAKES = {"match_dtype": "model, X", "gradient_of": "parameter", "checked_step": "optimizer"}


def of_parts(**changes: str) -> str:
    parts = SEVERAL | changes
    return "import torch\n" + "\n".join(f"def {name}({TAKES[name]}):\n    {body}" for name, body in parts.items())


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"match_dtype": "return X.float()"}, ["converts_to_fixed_dtype"]),
        ({"match_dtype": "return X.float()", "gradient_of": "raise NotImplementedError"}, ["converts_to_fixed_dtype"]),
        (
            {"match_dtype": "return X.float()", "gradient_of": "return 0.0 if parameter.grad is None else parameter.grad"},
            ["converts_to_fixed_dtype", "returns_number_for_missing_gradient"],
        ),
        ({"match_dtype": "return X.float()", "gradient_of": "return parameter.shape"}, ["converts_to_fixed_dtype"]),
        ({"gradient_of": "return parameter.shape"}, ["unknown"]),
        ({"gradient_of": "raise NotImplementedError"}, []),
    ],
)
def test_a_mistake_in_each_part_is_named(changes: dict[str, str], ids: list[str], grade: Callable[..., Report]) -> None:
    report = grade(of_parts(**changes), "exercise_06")
    assert [d.id for d in report.diagnoses] == ids
    if len(ids) == 2:
        assert report.headline.startswith("2 mistakes: ")
        assert all(d.confidence == "certain" and not d.one_of for d in report.diagnoses)
        assert all(d.title in report.headline for d in report.diagnoses)
        first, second = ({line for line in d.evidence if line.startswith("On ")} for d in report.diagnoses)
        assert not first & second, "each has the evidence of its own part"


def test_a_record_where_no_model_is_watched_keeps_the_first_events_alone(record: Callable[..., Trace]) -> None:
    busy = """def choose(make_problem, budget):
    parameters, loss = make_problem()
    for _ in range(budget):
        loss().backward()
    return {"optimizer": "sgd", "lr": 0.1}
"""
    trace = record(busy, "exercise_15")
    assert trace.error is None
    for case in trace.cases:
        assert case.error is None
        assert 0 < len(case.events) <= 200
