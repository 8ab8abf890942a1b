"""Whatever style a loop is written in, the recorder sees the steps that the reference takes."""

import math
from collections.abc import Callable
from textwrap import dedent, indent

import pytest
import torch
from torch import nn

from grader.confined.recorder import Recorder
from grader.pipeline import Grader
from grader.reference import Reference
from grader.trace import CaseTrace, Trace

Record = Callable[..., Trace]

# Bodies of exercise_02's loop: one step of plain descent, given `model, loss_fn, X, y, lr`. `loss` is what is returned.
DESCENT = {
    "under no_grad": """
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
    """,
    "through p.data, cleared by zero_": """
        for p in model.parameters():
            if p.grad is not None:
                p.grad.zero_()
        loss = loss_fn(model(X), y)
        loss.backward()
        for p in model.parameters():
            if p.grad is not None:
                p.data -= lr * p.grad.data
    """,
    "add_ with alpha, cleared by model.zero_grad": """
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        for p in [p for p in model.parameters() if p.grad is not None]:
            p.data.add_(p.grad, alpha=-lr)
    """,
    "torch._foreach": """
        loss = ((model(X) - y) ** 2).mean()
        loss.backward()
        params = [p for p in model.parameters() if p.grad is not None]
        with torch.no_grad():
            torch._foreach_add_(params, [p.grad for p in params], alpha=-lr)
        model.zero_grad(set_to_none=False)
    """,
    "autograd.grad over a list": """
        loss = loss_fn(model(X), y)
        params = [p for p in model.parameters() if p.requires_grad]
        grads = torch.autograd.grad(loss, params, allow_unused=True)
        with torch.no_grad():
            for p, g in zip(params, grads):
                if g is not None:
                    p -= lr * g
    """,
    "autograd.grad over a generator": """
        loss = loss_fn(model(X), y)
        params = [p for p in model.parameters() if p.requires_grad]
        grads = torch.autograd.grad(loss, (p for p in model.parameters() if p.requires_grad), allow_unused=True)
        for p, g in zip(params, grads):
            if g is not None:
                p.data = p.data - lr * g
    """,
    "autograd.grad by keyword": """
        loss = loss_fn(model(X), y)
        params = [p for p in model.parameters() if p.requires_grad]
        grads = torch.autograd.grad(inputs=params, outputs=[loss], allow_unused=True)
        with torch.no_grad():
            for p, g in zip(params, grads):
                p.copy_(p if g is None else p - lr * g)
    """,
    "torch.autograd.backward": """
        loss = torch.nn.functional.mse_loss(model(X), y)
        torch.autograd.backward(tensors=[loss])
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p.sub_(p.grad.mul_(lr))
        model.zero_grad()
    """,
    "a new Parameter in the place of the old": """
        loss = loss_fn(model(X), y)
        loss.backward()
        for module in model.modules():
            for name, p in list(module._parameters.items()):
                if p.grad is not None:
                    setattr(module, name, torch.nn.Parameter(p.detach() - lr * p.grad))
    """,
    "load_state_dict": """
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        new = {n: p.detach() if p.grad is None else p.detach() - lr * p.grad for n, p in model.named_parameters()}
        model.load_state_dict(new)
    """,
    "extra forwards and deep copies": """
        with torch.no_grad():
            model(X[:3])
        copy.deepcopy(model)(X[:5]).sum().backward()
        loss = loss_fn(model(X), y)
        loss.backward()
        best = copy.deepcopy(model)
        with torch.no_grad():
            print(loss_fn(model(X[:2]), y[:2]))
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        with torch.inference_mode():
            best(X[:4])
    """,
    "a failed forward, caught": """
        try:
            model(X[:, :0])
        except RuntimeError:
            pass
        model.zero_grad()
        loss = loss_fn(input=model(input=X) if isinstance(model, torch.nn.Linear) else model(X), target=y)
        loss.backward()
        for p in model.parameters():
            if p.grad is not None:
                p.data -= lr * p.grad
    """,
}

# What makes `optimizer` for exercise_03, and what one step is.
ADAM = {
    "torch's own": ("torch.optim.Adam(model.parameters(), lr=lr)", "optimizer.step()"),
    "foreach": ("torch.optim.Adam(model.parameters(), lr=lr, foreach=True)", "optimizer.step()"),
    "fused": ("torch.optim.Adam(model.parameters(), lr=lr, fused=True)", "optimizer.step()"),
    "one by one": ("torch.optim.Adam(model.parameters(), lr=lr, foreach=False)", "optimizer.step()"),
    "a list of groups": ("torch.optim.Adam([{'params': [p]} for p in model.parameters()], lr=lr)", "optimizer.step()"),
    "a subclass of Adam": ("OwnAdam(model.parameters(), lr=lr)", "optimizer.step()"),
    "a subclass of Adam, twice removed": ("ShyAdam(model.parameters(), lr=lr)", "optimizer.step()"),
    "a subclass of Optimizer": ("ByHand(model.parameters(), lr)", "optimizer.step()"),
    "a plain class": ("Plain(list(model.parameters()), lr)", "optimizer.step()"),
}
ADAM_CLASSES = """
class OwnAdam(torch.optim.Adam):
    def step(self, closure=None):
        return super().step(closure)

class ShyAdam(OwnAdam):
    # Moves the parameters there and back between its own beginning and that of the step it stands on.
    def step(self, closure=None):
        held = [p for group in self.param_groups for p in group["params"]]
        kept = [p.detach().clone() for p in held]
        for p in held:
            p.data.add_(1.0)
        model_seen(held)
        for p, value in zip(held, kept):
            p.data.copy_(value)
        super().step(closure)

def model_seen(held):
    with torch.no_grad():
        torch.nn.Identity()(held[0])

def update(p, state, lr, b1=0.9, b2=0.999, eps=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = b1 * state.get("m", 0.0) + (1 - b1) * p.grad
    v = state["v"] = b2 * state.get("v", 0.0) + (1 - b2) * p.grad ** 2
    p.data -= lr * (m / (1 - b1 ** t)) / ((v / (1 - b2 ** t)).sqrt() + eps)

class ByHand(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    update(p, self.state[p], group["lr"])

class Plain:
    def __init__(self, params, lr):
        self.params, self.lr, self.states = params, lr, [{} for _ in params]

    def step(self):
        for p, state in zip(self.params, self.states):
            if p.grad is not None:
                update(p, state, self.lr)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
"""


def descent(body: str) -> str:
    loop = indent(dedent(body), " " * 8)
    return (
        "import copy\nimport torch\n\ndef descend(model, loss_fn, X, y, lr, steps):\n    losses = []\n"
        f"    for _ in range(steps):\n{loop}\n        losses.append(loss.item())\n    return losses\n"
    )


def adam(make: str, step: str) -> str:
    return f"""
import torch
{ADAM_CLASSES}
def train(model, loss_fn, X, y, lr, epochs):
    optimizer = {make}
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        {step}
        losses.append(loss.item())
    return losses
"""


def assert_steps_of_the_reference(case: CaseTrace, reference: Reference, steps: int | None = None) -> None:
    """The recorded steps are the reference's; of an interrupted run, the first `steps` of them."""
    right = reference.trajectory
    wanted = len(right.losses) if steps is None else steps
    single = case.layout[0][2] == "torch.float32"
    near = {"rtol": 1e-3, "atol": 1e-5} if single else {"rtol": 1e-9, "atol": 1e-15}
    assert case.layout == reference.layout
    assert torch.equal(case.parameters[0], reference.initial)
    assert len(case.steps) == wanted
    for k, step in enumerate(case.steps):
        torch.testing.assert_close(case.parameters[step.before], right.before[k], **near)
        torch.testing.assert_close(case.gradients[step.gradient], right.gradients[k], **near)
        torch.testing.assert_close(case.parameters[step.after], right.after[k], **near)
        assert step.loss == pytest.approx(float(right.losses[k]), rel=near["rtol"])
        if step.input >= 0:  # a model called by keyword isn't seen
            assert torch.equal(case.inputs[step.input], reference.plan.batches[k][0])


def assert_all_steps_of_the_reference(trace: Trace, grader: Grader) -> None:
    assert trace.error is None
    assert [case.name for case in trace.cases] == list(grader.references)
    for case in trace.cases:
        assert case.error is None
        assert_steps_of_the_reference(case, grader.references[case.name])


@pytest.mark.parametrize("body", DESCENT.values(), ids=DESCENT.keys())
def test_an_update_by_hand_is_seen_in_every_style(body: str, record: Record, graders: dict[str, Grader]) -> None:
    assert_all_steps_of_the_reference(record(descent(body), "exercise_02"), graders["exercise_02"])


@pytest.mark.parametrize(("make", "step"), ADAM.values(), ids=ADAM.keys())
def test_an_optimizer_is_seen_whatever_its_class(make: str, step: str, record: Record, graders: dict[str, Grader]) -> None:
    assert_all_steps_of_the_reference(record(adam(make, step)), graders["exercise_03"])


@pytest.mark.parametrize("options", ["", ", foreach=True", ", fused=True"])
def test_a_closure_is_seen_with_the_gradient_that_it_computes(options: str, record: Record, graders: dict[str, Grader]) -> None:
    source = f"""
import torch

def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum{options})
    for _ in range(epochs):
        for X, y in batches:
            def closure():
                optimizer.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                return loss
            optimizer.step(closure)
"""
    assert_all_steps_of_the_reference(record(source, "exercise_04"), graders["exercise_04"])


def test_what_a_subclass_does_around_the_step_it_builds_on_is_of_one_step(record: Record) -> None:
    source = """
import torch

class Decays(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.data.mul_(0.9)
        super().step(closure)
        for group in self.param_groups:
            for p in group["params"]:
                p.data.add_(0.01)

def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = Decays(model.parameters(), lr=lr, momentum=momentum)
    plain = torch.optim.SGD(model.parameters(), lr=0.0)  # makes torch hook the class below, too
    for _ in range(epochs):
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            optimizer.step()
"""
    for case in record(source, "exercise_04").cases:
        assert len(case.steps) == sum(e.kind == "backward" for e in case.events)
        for earlier, later in zip(case.steps, case.steps[1:], strict=False):
            assert earlier.after == later.before


def test_one_case_is_float32_and_its_numbers_are_kept_exactly(record: Record) -> None:
    cases = record(descent(DESCENT["under no_grad"]), "exercise_02").cases
    single = [case for case in cases if all(dtype == "torch.float32" for _, _, dtype in case.layout)]
    assert len(single) == 1
    for case in cases:
        rounded = case.parameters.float().double()
        assert torch.equal(rounded, case.parameters) is (case in single)
        assert case.dtypes == tuple(dtype for _, _, dtype in case.layout)


def test_a_change_of_dtype_is_noted(record: Record) -> None:
    source = "def train(model, loss_fn, X, y, lr, epochs):\n    model.half()\n"
    for case in record(source).cases:
        assert set(case.dtypes) == {"torch.float16"}


def test_frozen_and_unused_parameters_are_tracked_and_have_no_gradient(record: Record) -> None:
    (case,) = [c for c in record(adam(*ADAM["torch's own"])).cases if "frozen" in c.name]
    still = [i for i, (name, _, _) in enumerate(case.layout) if name in ("unused", "0.bias")]
    assert len(still) == 2
    ends = [0]
    for _, shape, _ in case.layout:
        ends.append(ends[-1] + math.prod(shape))
    for number in range(len(case.layout)):
        where = slice(ends[number], ends[number + 1])
        had = [bool(case.present[step.gradient, number]) for step in case.steps]
        moved = [not torch.equal(case.parameters[s.before, where], case.parameters[s.after, where]) for s in case.steps]
        assert set(had) == set(moved) == {number not in still}
        if number in still:
            assert not case.gradients[:, where].any()


def test_events_name_the_learners_lines(record: Record) -> None:
    source = """
import torch

def clear(optimizer):
    optimizer.zero_grad()  # zero_grad

def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)  # optimizer
    losses = []
    for _ in range(epochs):
        clear(optimizer)
        prediction = model(X)  # forward
        loss = loss_fn(prediction, y)  # loss

        loss.backward()  # backward
        optimizer.step()  # step_start step_end
        losses.append(loss.item())
    return losses
"""
    marked = {kind: n for n, line in enumerate(source.splitlines(), 1) if "# " in line for kind in line.split("# ")[1].split()}
    for case in record(source).cases:
        assert {(e.kind, e.line) for e in case.events} == {*marked.items(), ("end", 0)}
        assert {s.line for s in case.steps} == {marked["step_start"]}


def test_what_was_run_before_an_exception_is_kept(record: Record, graders: dict[str, Grader]) -> None:
    source = adam("torch.optim.Adam(model.parameters(), lr=lr)", "optimizer.step()\n        check(len(losses))")
    source = f"def check(n):\n    if n == 4:\n        raise KeyError('no such thing')\n\n{source}"
    trace = record(source)
    assert [case.name for case in trace.cases] == list(graders["exercise_03"].references)
    for case in trace.cases:
        assert case.error
        assert (case.error.kind, case.error.type, case.error.line) == ("crashed", "KeyError", 3)
        assert [name for _, _, name in case.error.frames] == ["train", "check"]
        assert_steps_of_the_reference(case, graders["exercise_03"].references[case.name], steps=5)


def test_an_exception_inside_a_step_keeps_the_steps_before_it(record: Record, graders: dict[str, Grader]) -> None:
    source = """
import torch

class Breaks(torch.optim.Adam):
    count = 0
    def step(self, closure=None):
        self.count += 1
        if self.count == 3:
            raise ValueError("enough")
        return super().step(closure)

def train(model, loss_fn, X, y, lr, epochs):
    optimizer = Breaks(model.parameters(), lr=lr)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss_fn(model(X), y).backward()
        optimizer.step()
"""
    for case in record(source).cases:
        assert case.error
        assert case.error.line == 9
        assert_steps_of_the_reference(case, graders["exercise_03"].references[case.name], steps=2)


@pytest.mark.parametrize(
    "change",
    [
        "module.weight = torch.nn.Parameter(torch.zeros(7, 3, dtype=module.weight.dtype))",
        "module.weight = torch.nn.Parameter(module.weight.detach().flatten())",
        "del module.weight",
        "del module.weight; module.weight = 5",
        "module.weight = None",
        "torch.nn.utils.parametrizations.weight_norm(module)",
    ],
)
def test_a_parameter_that_is_no_longer_there_is_nan_and_moves_no_other(change: str, record: Record) -> None:
    source = f"""
import torch

def train(model, loss_fn, X, y, lr, epochs):
    module = model[0] if isinstance(model, torch.nn.Sequential) else model
    {change}
    model.zero_grad()
"""
    trace = record(source)
    assert trace.error is None
    for case in trace.cases:
        assert case.error is None
        place = case.layout.index(next(entry for entry in case.layout if entry[0].endswith("weight")))
        start = sum(math.prod(shape) for _, shape, _ in case.layout[:place])
        where = slice(start, start + math.prod(case.layout[place][1]))
        last = case.parameters[case.events[-1].parameters].clone()
        assert last[where].isnan().all()
        last[where] = case.parameters[0, where]
        assert torch.equal(last, case.parameters[0])


def test_a_loop_without_end_is_stopped_by_the_number_of_its_events(record: Record) -> None:
    source = """
def train(model, loss_fn, X, y, lr, epochs):
    while True:
        try:
            model.zero_grad()  # here
        except Exception:
            pass
"""
    first = record(source).cases[0]
    assert first.error
    assert (first.error.kind, first.error.line) == ("too_many_steps", 5)


def test_tied_parameters_are_recorded_once() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    recorder = Recorder(model, None, "train.py", 10)
    assert recorder.matrix(recorder.parameters).shape[1] == sum(p.numel() for p in model.parameters())
    assert [id(p) for p in recorder.tracked()] == [id(p) for p in model.parameters()]


def test_returned_tensors_are_seen_again_after_the_model_has_changed(record: Record) -> None:
    source = """
def one_step(model, loss_fn, X, y, lr):
    loss_fn(model(X), y).backward()
    return model.weight.detach(), model.weight.grad.clone(), model.weight.detach().clone()
"""
    for case in record(source, "exercise_01").cases:
        live, *copies = zip(case.returned, case.returned_later, strict=True)
        assert not torch.equal(*live)
        assert all(torch.equal(now, later) for now, later in copies)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("[1.5, float('inf'), -0.0]", [1.5, float("inf"), -0.0]),
        ("(1, True, None, 'x', {'a': [2.0]})", (1, True, None, "x", {"a": [2.0]})),
        ("{3, 4}", {3, 4}),
        ("10 ** 150", 10**150),
        ("'\\ud800 and \\U0001f600'", "? and \U0001f600"),
    ],
)
def test_plain_values_come_back_as_they_were_returned(expression: str, value: object, record: Record) -> None:
    for case in record(f"def train(model, loss_fn, X, y, lr, epochs):\n    return {expression}\n").cases:
        assert case.returned == value
        assert type(case.returned) is type(value)


def test_an_int_too_long_to_be_written_out_is_no_mistake_of_the_learners(record: Record) -> None:
    for case in record("def train(model, loss_fn, X, y, lr, epochs):\n    return 10 ** 10_000\n").cases:
        assert case.error is None


def test_odd_text_that_is_printed_does_not_cost_the_record(record: Record) -> None:
    trace = record("def train(model, loss_fn, X, y, lr, epochs):\n    print('\\ud800', '\\x00', '\\u202e', '\\U0001f600')\n")
    assert trace.error is None
    assert trace.cases[0].printed == "? \x00 \u202e \U0001f600\n"
