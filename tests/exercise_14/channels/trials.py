"""The trial, by the losses that its backward passes began from: each of them is recorded in full."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import nn

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.values import UNCLEAR
from grader.reference import Reference, take_step, without_dynamo

Optimizer = torch.optim.Optimizer
STEPS = 20
FEWER = 18  # a trial that never takes as many is too short; one that ends where the loss is NaN isn't
LOSSES = 5  # so many tell the trials apart
LOOKS = 2  # backward passes before the trial begins, on the same loss
SPECIAL = (
    "gradients",
    "before",
    "dtype",
    "elsewhere",
    "evaluating",
)  # arguments whose set-ups say too little, or something else
NOISY = {"Dropout", "BatchNorm1d", "Detach"}


class Way(NamedTuple):
    """How a trial may go: by which optimizer, whether gradients are cleared, or kept from a look on, and whether it moves."""

    optimizer: Callable[[nn.Module, Optimizer], Optimizer] = lambda _, optimizer: optimizer
    clears: bool = True
    looks: bool = False
    moves: bool = True


def _scaled(factor: float) -> Way:
    def change(_: nn.Module, optimizer: Optimizer) -> Optimizer:
        for group in optimizer.param_groups:
            group["lr"] *= factor
        return optimizer

    return Way(change)


def _new(kind: type[Any] | None = None, of: Callable[[Optimizer], dict[str, Any]] = lambda _: {}) -> Way:
    """A new optimizer of all parameters, of this class or of the same."""
    return Way(lambda model, optimizer: (kind or type(optimizer))(model.parameters(), **of(optimizer)))


def _of_first(optimizer: Optimizer) -> dict[str, Any]:
    return {"lr": optimizer.param_groups[0]["lr"]}


def _of_defaults(optimizer: Optimizer) -> dict[str, Any]:
    return {"lr": optimizer.defaults["lr"]}


def _with_momentum(optimizer: Optimizer) -> dict[str, Any]:
    return {"lr": optimizer.param_groups[0]["lr"], "momentum": 0.9}


WAYS = {
    "never moves": Way(moves=False),
    "gradients add up": Way(clears=False),
    "gradients add up, from a look on": Way(clears=False, looks=True),
    "default rate": _new(),
    "rate: as constructed": _new(of=_of_defaults),
    "rate: the first group's": _new(of=_of_first),
    **{f"rate: times {factor:g}": _scaled(factor) for factor in (0.01, 0.1, 0.2, 0.5, 2.0, 3.0, 5.0, 10.0, 100.0)},
    "optimizer: Adam": _new(torch.optim.Adam, _of_first),
    "optimizer: AdamW": _new(torch.optim.AdamW, _of_first),
    "optimizer: SGD": _new(torch.optim.SGD, _of_first),
    "optimizer: SGD with momentum": _new(torch.optim.SGD, _with_momentum),
}
RIGHT = Way()


def trials(cases: Sequence[JudgedCase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The channels of the trial, where there is any."""
    steps = [sum(event.kind == "step_end" for event in case.trace.events) for case in cases if case.trace.error is None]
    if not any(steps):
        return
    if max(steps) < FEWER:
        yield "steps", (str(max(steps)), "fewer")
    if max(steps) < 2:
        return
    told = [(case, losses) for case in _telling(cases) if len(losses := losses_of(case)) > 1]
    if not any(event.kind == "backward" for case in cases for event in case.trace.events):
        yield "trial", ("no backward pass",)
    elif told and not all(_is(losses, case.reference, "right") for case, losses in told):
        ways = [name for name in WAYS if all(_is(losses, case.reference, name) for case, losses in told)]
        other = [] if ways else ["optimizer: of another class"] if _of_another_class(cases) else [UNCLEAR]
        general = {name.split(mark)[0] for name in ways or other for mark in (":", ",") if mark in name}
        yield "trial", tuple(dict.fromkeys((*ways, *other, *sorted(general))))


def _telling(cases: Sequence[JudgedCase]) -> Iterator[JudgedCase]:
    """One set-up of each kind of optimizer, among those whose trial is played quickly and surely."""
    seen = set()
    for case in cases:
        of = case.arguments
        names = {layer[0] for layer in of.get("layers", [])}
        if case.trace.error is not None or names & NOISY or any(name in of for name in SPECIAL) or "" in of.get("frozen", ()):
            continue
        rate = sorted(of.get("options", {}))
        key = of.get("optimizer", "SGD"), tuple(rate), "groups" in of, len(names) > 1
        if key not in seen:
            seen.add(key)
            yield case


def losses_of(case: JudgedCase) -> list[float]:
    """The losses that were differentiated, in order."""
    found = [event.detail.get("loss") for event in case.trace.events if event.kind == "backward"]
    return [float.fromhex(loss) for loss in found if isinstance(loss, str)]


def _of_another_class(cases: Sequence[JudgedCase]) -> bool:
    return any(
        event.detail.get("class") != case.arguments.get("optimizer", "SGD")
        for case in cases
        for event in case.trace.events
        if event.kind == "step_start"
    )


def _is(losses: Sequence[float], reference: Reference, name: str) -> bool:
    """Whether a trial's losses are these, after looks at the first."""
    expected = _curve(reference, name)
    for looks in range(LOOKS + 1):
        rest = losses[looks:]
        if len(rest) > 1 and all(map(_close, losses[:looks], expected[:1] * looks)) and all(map(_close, rest, expected)):
            return True
    return False


def _close(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or a == b or abs(a - b) <= 1e-6 * max(abs(a), abs(b)) + 1e-12


@lru_cache(maxsize=1024)
def _curve(reference: Reference, name: str) -> tuple[float, ...]:
    """The first losses of a trial on a set-up of its own."""
    way = WAYS.get(name, RIGHT)
    with without_dynamo():
        setup = reference.sources.problem.problem(**reference.case.arguments)
        optimizer = way.optimizer(setup["model"], setup["optimizer"])
    model, found = setup["model"], []
    for step in range(LOSSES + way.looks):
        if way.clears:
            for p in model.parameters():
                p.grad = None
        loss = setup["loss_fn"](model(setup["X"]), setup["y"])
        loss.backward()
        if step >= way.looks:
            found.append(float(loss.detach()))
            if way.moves:
                take_step(optimizer)
    return tuple(found)
