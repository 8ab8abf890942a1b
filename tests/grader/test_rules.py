"""Update rules, recognised by the steps that they make: whatever the numbers are."""

import math
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from grader.diagnosis.rules import Hand, Slip, Steps, explain, identify

SHAPES = ((2, 3), (3,))
SIZES = [math.prod(shape) for shape in SHAPES]
ADAM: dict[str, Any] = {"betas": (0.9, 0.999), "eps": 1e-8, "passed": frozenset(("betas", "eps"))}
SGD: dict[str, Any] = {"momentum": 0.9, "dampening": 0.0, "nesterov": False, "passed": frozenset(("momentum",))}
FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def gradients(seed: int, count: int) -> Tensor:
    """(S, P) of sizes from 1e-6 to 1e2."""
    draw = torch.Generator().manual_seed(seed)
    raw = torch.randn(count, sum(SIZES), generator=draw, dtype=torch.float64)
    return raw * 10.0 ** (8 * torch.rand(count, sum(SIZES), generator=draw, dtype=torch.float64) - 6)


def steps_of(seed: int, change: Tensor, given_: Tensor, lr: float) -> Steps:
    """Steps that made these changes, one after the other."""
    start = torch.randn(1, sum(SIZES), generator=torch.Generator().manual_seed(seed + 1), dtype=torch.float64)
    before = torch.cat([start, start + change[:-1].cumsum(0)])
    tensors = torch.repeat_interleave(torch.arange(len(SIZES)), torch.tensor(SIZES))
    count, zero = len(change), torch.zeros(sum(SIZES), dtype=torch.float64)
    present = torch.ones_like(given_, dtype=torch.bool)
    return Steps(before, given_, change, tensors, tensors == 1, present, zero, (lr,), (0,) * count, (0,) * count)


def made(seed: int, hand: Hand, lr: float = 0.05, count: int = 6) -> Steps:
    """The steps that a rule by hand makes of some gradients."""
    given_ = gradients(seed, count)
    blank = steps_of(seed, torch.zeros_like(given_), given_, lr)
    return steps_of(seed, lr * torch.stack(list(hand.directions(blank))), given_, lr)


def by_torch(seed: int, kind: type[torch.optim.Optimizer], lr: float = 0.05, **options: Any) -> Steps:
    """The steps that an optimizer of torch's makes."""
    given_ = gradients(seed, 8)
    p = torch.randn(sum(SIZES), generator=torch.Generator().manual_seed(seed), dtype=torch.float64).requires_grad_()
    optimizer = kind([p], lr=lr, **options)  # type: ignore[call-arg]
    places = [p.detach().clone()]
    for row in given_:
        p.grad = row.clone()
        optimizer.step()
        places.append(p.detach().clone())
    path = torch.stack(places)
    steps = steps_of(seed, path[1:] - path[:-1], given_, lr)
    return Steps(path[:-1], *(getattr(steps, name) for name in list(Steps.__dataclass_fields__)[1:]))


def found(family: str, asked: dict[str, Any], steps: Steps) -> dict[str, str] | None:
    """What is found of steps, line by line; None where nothing explains them."""
    slips = explain(family, [(asked, steps)], lambda _: True)
    return None if slips is None else dict(slips[0])


def number(said: str) -> float:
    """The number in "default is 0.5", "0.5 where there is one", "0.5"."""
    return float(next(word for word in said.split() if word[0].isdigit()))


seeds = st.integers(0, 10_000)
betas = st.tuples(st.floats(0.05, 0.95), st.floats(0.3, 0.9995))


@FEW
@given(seeds, betas, st.floats(-10, -2))
def test_torchs_adam_is_recognised_as_what_was_asked_for(seed: int, pair: tuple[float, float], size: float) -> None:
    steps = by_torch(seed, torch.optim.Adam, betas=pair, eps=10**size)
    assert found("Adam", {**ADAM, "betas": pair, "eps": 10**size}, steps) == {}
    rule = identify("Adam", {"betas": pair, "eps": 10**size}, (), steps, deeply=False)
    assert rule is not None
    assert rule.family == "Adam"


@FEW
@given(seeds, st.floats(0.05, 0.98), st.booleans())
def test_torchs_sgd_is_recognised_as_what_was_asked_for(seed: int, momentum: float, nesterov: bool) -> None:
    steps = by_torch(seed, torch.optim.SGD, momentum=momentum, nesterov=nesterov)
    assert found("SGD", {**SGD, "momentum": momentum, "nesterov": nesterov}, steps) == {}


@FEW
@given(seeds, betas)
def test_other_betas_are_solved_for(seed: int, pair: tuple[float, float]) -> None:
    said = found("Adam", ADAM, by_torch(seed, torch.optim.Adam, betas=pair))
    assert said is not None
    assert set(said) == {"betas"}
    assert [float(number) for number in said["betas"].split(",")] == pytest.approx(pair, rel=1e-5)


@FEW
@given(seeds, st.floats(-7, 1))
def test_another_eps_is_solved_for(seed: int, size: float) -> None:
    said = found("Adam", ADAM, by_torch(seed, torch.optim.Adam, eps=10**size))
    assert said is not None
    assert float(said["epsilon"]) == pytest.approx(10**size, rel=1e-4)


@FEW
@given(seeds, st.floats(0.05, 0.85))
def test_another_momentum_is_solved_for(seed: int, momentum: float) -> None:
    said = found("SGD", SGD, by_torch(seed, torch.optim.SGD, momentum=momentum))
    assert said is not None
    assert number(said.get("momentum", said.get("fading", ""))) == pytest.approx(momentum, rel=1e-6)


@FEW
@given(seeds, st.floats(0.1, 0.9))
def test_dampening_is_solved_for(seed: int, dampening: float) -> None:
    said = found("SGD", SGD, by_torch(seed, torch.optim.SGD, momentum=0.9, dampening=dampening))
    assert said is not None
    assert number(said["dampening"]) == pytest.approx(dampening, rel=1e-5)


@FEW
@given(seeds, st.floats(0.1, 0.9), st.sampled_from([("correction", "not of v"), ("count", "from two"), ("v", "absolute")]))
def test_a_number_is_solved_for_beside_a_slip(seed: int, first: float, slip: Slip) -> None:
    steps = made(seed, Hand("Adam", ADAM, frozenset([slip, ("betas", f"{first!r}, 0.999")])))
    said = found("Adam", ADAM, steps)
    assert said is not None
    assert list(Hand("Adam", ADAM, frozenset(said.items())).directions(steps))[-1].tolist() == pytest.approx(
        (steps.change[-1] / 0.05).tolist(), rel=1e-5, abs=1e-9
    )


@FEW
@given(seeds)
def test_steps_that_no_rule_makes_have_none(seed: int) -> None:
    change = 0.1 * torch.randn(6, sum(SIZES), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    steps = steps_of(seed, change, gradients(seed, 6), 0.05)
    assert found("Adam", ADAM, steps) is None
    assert found("SGD", SGD, steps) is None


@pytest.mark.parametrize(
    ("slip", "options"),
    [
        (("eps", "none"), {}),
        (("memory", "each step"), {}),
        (("count", "never advances for m"), {}),
        (("v", "around m-hat"), {}),
        (("update", "momentum alone"), {}),
    ],
)
def test_a_line_that_says_something_else_is_named(slip: Slip, options: dict[str, Any]) -> None:
    asked = {**ADAM, "eps": 1e-3, **options}
    assert found("Adam", asked, made(3, Hand("Adam", asked, frozenset([slip])))) == dict([slip])
