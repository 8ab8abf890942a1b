"""When checked_step() raised, in what words, and where its steps led."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from descent_exercise_06_channels.cases import drawn, equal, holding
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.values import UNCLEAR

Found = Iterator[tuple[str, tuple[str, ...]]]
CLOSE, CLOSE_SINGLE = 1e-9, 1e-5


@dataclass(frozen=True)
class Row:
    """Which gradients were there; `zero`: whether these were all 0."""

    there: tuple[bool, ...]
    groups: tuple[tuple[bool, ...], ...]
    trainable: tuple[bool, ...]
    zero: bool

    @classmethod
    def of(cls, inputs: dict[str, Any]) -> "Row":
        """Of a case's inputs."""
        there = tuple(gradient is not None for gradient in inputs["gradients"])
        ends = [sum(inputs["groups"][:k]) for k in range(len(inputs["groups"]) + 1)]
        groups = tuple(there[a:b] for a, b in pairwise(ends))
        zero = not any(gradient is not None and gradient.any() for gradient in inputs["gradients"])
        return cls(there, groups, tuple(p.requires_grad for p in inputs["parameters"]), zero)


WHERE: dict[str, Callable[[Row], bool]] = {  # what may be taken for "no parameter of any group has a gradient"
    "where all are missing": lambda row: not any(row.there),
    "never": lambda _: False,
    "always": lambda _: True,
    "where any is missing": lambda row: not all(row.there),
    "where any that trains is missing": lambda row: (
        not all(t for t, trains in zip(row.there, row.trainable, strict=True) if trains)
    ),
    "where the first is missing": lambda row: not row.there[0],
    "where the last is missing": lambda row: not row.there[-1],
    "where all but the first are missing": lambda row: not any(row.there[1:]),
    "where all but the last are missing": lambda row: not any(row.there[:-1]),
    "where the first group's are missing": lambda row: not any(row.groups[0]),
    "where any of the first group's is missing": lambda row: not all(row.groups[0]),
    "where the last group's are missing": lambda row: not any(row.groups[-1]),
    "where any of the last group's is missing": lambda row: not all(row.groups[-1]),
    "where all but the first group's are missing": lambda row: not any(any(group) for group in row.groups[1:]),
    "where any group's are missing": lambda row: not all(any(group) for group in row.groups),
    "where every group misses one": lambda row: all(not all(group) for group in row.groups),
    "where all but the first of every group are missing": lambda row: not any(any(group[1:]) for group in row.groups),
    "where all but the last of every group are missing": lambda row: not any(any(group[:-1]) for group in row.groups),
    "where the first of every group is missing": lambda row: not any(group[0] for group in row.groups),
    "where the first of any group is missing": lambda row: not all(group[0] for group in row.groups),
    "where the last of any group is missing": lambda row: not all(group[-1] for group in row.groups),
    "where all are missing or zero": lambda row: row.zero,
    "where any is missing or zero": lambda row: row.zero or not all(row.there),
    "where any is there": lambda row: any(row.there),
    "where all are there": lambda row: all(row.there),
}
OF_SOME = [name for name in WHERE if re.search("first|last|group", name)]  # not all gradients are asked for


def stepped(cases: Sequence[JudgedCase]) -> Found:
    """Where it raises, what it says, how often it steps, what is left of the gradients."""
    told, inputs = [case.trace.returned for case in cases], [drawn(case) for case in cases]
    rows = [Row.of(each) for each in inputs]
    raises = [each.get("raised") is not None for each in told]
    if raises != [not any(row.there) for row in rows]:
        laws = holding(raises, {name: partial(_at, law, rows) for name, law in WHERE.items()})
        yield "raises", (*laws, *(["where some are missing"] if laws and laws[0] in OF_SOME else [])) or (UNCLEAR,)
    message = cases[0].reference.sources.plan.MESSAGE
    said = {str(each["raised"]) for each in told if each.get("raised") is not None} - {message}
    if said:
        yield "words", (*sorted({"none" for one in said if not one.strip()}), "others")
    for name, wanted, here in (("steps", 1, False), ("steps before it raises", 0, True)):
        mine = [number for number, raised in enumerate(raises) if raised is here]
        if mine and any(any(rows[number].there) for number in mine):
            found = _moves([cases[number] for number in mine], [rows[number] for number in mine], wanted)
            if found and not (here and found[0] == "once"):  # who steps first does so where it raises, too
                yield name, found
    yield from _left(told, inputs)


def _at(law: Callable[[Row], bool], rows: Sequence[Row], number: int) -> bool:
    return law(rows[number])


@dataclass(frozen=True)
class Way:
    """How often it steps, and with which gradients."""

    times: Callable[[Row], int]
    gradients: Callable[[Tensor, Tensor | None], Tensor | None] = lambda _, gradient: gradient


ONCE = Way(lambda _: 1)
WAYS = {
    "once": ONCE,
    "not at all": Way(lambda _: 0),
    "twice": Way(lambda _: 2),
    "three times": Way(lambda _: 3),
    "once for each group": Way(lambda row: len(row.groups)),
    "once for each group with a gradient": Way(lambda row: sum(map(any, row.groups))),
    "once for each parameter": Way(lambda row: len(row.there)),
    "once for each gradient": Way(lambda row: sum(row.there)),
    "once more than there are groups": Way(lambda row: len(row.groups) + 1),
    "with zeros for missing gradients": replace(ONCE, gradients=lambda p, g: torch.zeros_like(p) if g is None else g),
    "with zeros for all gradients": replace(ONCE, gradients=lambda p, _: torch.zeros_like(p)),
    "with zeros for those there": replace(ONCE, gradients=lambda _, g: None if g is None else torch.zeros_like(g)),
    "with twice the gradients": replace(ONCE, gradients=lambda _, g: None if g is None else 2 * g),
    "with half the gradients": replace(ONCE, gradients=lambda _, g: None if g is None else g / 2),
    "against the gradients": replace(ONCE, gradients=lambda _, g: None if g is None else -g),
    **{
        f"not {name}": Way(lambda row, law=law: 0 if law(row) else 1)
        for name, law in WHERE.items()
        if name not in ("never", "always")
    },
    **{
        f"twice {name}": Way(lambda row, law=law: 2 if law(row) else 1)
        for name, law in WHERE.items()
        if name not in ("never", "always")
    },
}


def _moves(cases: Sequence[JudgedCase], rows: Sequence[Row], wanted: int) -> tuple[str, ...]:
    """The ways that lead where the parameters are; empty if as asked."""
    if all(_leads(case, row, Way(lambda _: wanted)) for case, row in zip(cases, rows, strict=True)):
        return ()
    ways = (name for name, way in WAYS.items() if all(_leads(c, row, way) for c, row in zip(cases, rows, strict=True)))
    return tuple(ways) or (UNCLEAR,)


def _leads(case: JudgedCase, row: Row, way: Way) -> bool:
    """Whether a way leads to the parameters of a case."""
    inputs, times = drawn(case), way.times(row)
    gradients = [way.gradients(p.detach(), g) for p, g in zip(inputs["parameters"], inputs["gradients"], strict=True)]
    path = [*inputs["before"], *[gradients] * times] or [[None] * len(gradients)]
    inputs |= {"before": path[:-1], "gradients": path[-1]}
    led = case.reference.sources.plan.stepped(**inputs)
    left = case.trace.returned.get("parameters")
    close = CLOSE if led[0].dtype == torch.float64 else CLOSE_SINGLE
    if not isinstance(left, list) or len(left) != len(led):
        return False
    return all(isinstance(a, Tensor) and torch.allclose(a, b, rtol=close, atol=close) for a, b in zip(left, led, strict=True))


def _left(told: Sequence[dict[str, Any]], inputs: Sequence[dict[str, Any]]) -> Found:
    """What became of the gradients."""
    rows = [
        (given, left)
        for each, case in zip(told, inputs, strict=True)
        for given, left in zip(case["gradients"], each.get("grad") or [], strict=False)
    ]
    if any(given is None and left is not None for given, left in rows):
        yield "missing gradients", ("filled",)
    there = [(given, left) for given, left in rows if given is not None]
    if there and not all(equal(given, left) for given, left in there):
        kinds = {"None" if left is None else "zeros" if not left.any() else "others" for _, left in there}
        yield "gradients afterwards", (kinds.pop() if len(kinds) == 1 else UNCLEAR,)
