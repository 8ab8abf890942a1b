"""Gradient tapes: what is drawn, what driving an optimizer with them leaves in `.grad`, and what the recorder sees of it."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.tapes import Tape, draw_tape, play
from grader.trace import Trace

SHAPES = [(3, 2), (4,), ()]


class Listens:
    """An optimizer that only notes what it is given."""

    def __init__(self, model: torch.nn.Module, clears: bool = True) -> None:
        self.model, self.clears = model, clears
        self.found: list[list[torch.Tensor | None]] = []
        self.rates: list[float] = []
        self.lr = 0.5

    def step(self) -> None:
        self.found.append([None if p.grad is None else p.grad.clone() for p in self.model.parameters()])
        self.rates.append(self.lr)

    def zero_grad(self) -> None:
        if self.clears:
            for p in self.model.parameters():
                p.grad = None


def same(found: list[list[torch.Tensor | None]], tape: Tape) -> bool:
    return all(
        (a is None and b is None) or (a is not None and b is not None and torch.equal(a, b))
        for row, wanted in zip(found, tape.gradients, strict=True)
        for a, b in zip(row, wanted, strict=True)
    )


@pytest.mark.parametrize("clears", ["yours", "in_place", "to_none"])
def test_each_step_finds_the_tapes_gradients_where_somebody_clears(clears: str) -> None:
    model, tape = draw_tape(3, SHAPES, missing=[(0, 1), (3, 2)], clears=clears)
    optimizer = Listens(model)
    play(optimizer, model, tape)
    assert same(optimizer.found, tape)


def test_gradients_add_up_where_nobody_clears() -> None:
    model, tape = draw_tape(3, SHAPES)
    optimizer = Listens(model, clears=False)
    play(optimizer, model, tape)
    total = sum(row[0] for row in tape.gradients if row[0] is not None)
    last = optimizer.found[-1][0]
    assert isinstance(total, torch.Tensor)
    assert isinstance(last, torch.Tensor)
    torch.testing.assert_close(last, total)


def test_gradients_that_are_cleared_in_place_stay_the_same_tensors() -> None:
    model, tape = draw_tape(3, SHAPES, clears="in_place")
    kept = []

    class Keeps(Listens):
        def step(self) -> None:
            kept.append([p.grad for p in model.parameters()])

    play(Keeps(model), model, tape)
    assert all(a is b for row in kept for a, b in zip(row, kept[0], strict=True))


def test_the_rate_is_set_before_each_step() -> None:
    model, tape = draw_tape(3, SHAPES, steps=3, rates=[0.1, 0.2, 0.3])
    optimizer = Listens(model)
    play(optimizer, model, tape)
    assert optimizer.rates == [0.1, 0.2, 0.3]
    with pytest.raises(ValueError, match="2 rates for 3 steps"):
        draw_tape(3, SHAPES, steps=3, rates=[0.1, 0.2])


@given(st.integers(0, 2**31), st.sampled_from(["float64", "float32"]))
def test_a_tape_is_the_seeds_alone_and_spans_the_sizes_asked_for(seed: int, dtype: str) -> None:
    (model, tape), (other, again) = (draw_tape(seed, SHAPES, dtype=dtype) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))
    assert same([list(row) for row in tape.gradients], again)
    assert [name for name, _ in model.named_parameters()] == ["weight", "bias", "scale"]
    for row in tape.gradients:
        assert row[0] is not None
        assert row[0].flatten()[-1] == 0.0, "the dead coordinate"
        for g in row:
            assert g is not None
            assert g.dtype == getattr(torch, dtype)
            sizes = g[g != 0].abs()
            assert ((sizes > 0.99e-7) & (sizes < 1.01e2)).all()


PLAIN = """
import torch
class SGD:
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        self.params, self.lr = list(params), lr
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.data -= self.lr * p.grad
    def zero_grad(self):
        for p in self.params:
            p.grad = None
"""
DERIVED = """
import torch
class SGD(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(params, {"lr": lr})
        self.lr = lr
    def step(self):
        for p in self.param_groups[0]["params"]:
            if p.grad is not None:
                p.data -= self.lr * p.grad
"""


def test_a_derived_optimizer_leaves_the_same_record_as_one_from_scratch(record: Callable[..., Trace]) -> None:
    plain, derived = record(PLAIN, "exercise_08"), record(DERIVED, "exercise_08")
    for a, b in zip(plain.cases, derived.cases, strict=True):
        assert a.error is None
        assert b.error is None
        assert len(a.steps) > 1
        assert torch.equal(a.parameters, b.parameters)
        assert [(s.before, s.after) for s in a.steps] == [(s.before, s.after) for s in b.steps]
        kinds = [[e.kind for e in case.events if e.kind != "optimizer"] for case in (a, b)]
        assert kinds[0] == kinds[1]


def test_a_step_that_changes_nothing_is_a_step(record: Callable[..., Trace]) -> None:
    trace = record(PLAIN.replace("p.data -= self.lr * p.grad", "pass"), "exercise_08")
    moving = record(PLAIN, "exercise_08")
    assert [len(case.steps) for case in trace.cases] == [len(case.steps) for case in moving.cases]
