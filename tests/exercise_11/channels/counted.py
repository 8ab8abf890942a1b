"""What is counted as an optimizer's state: which tensors, how many bytes an element, and what besides.

Every way of counting that is known is tried on the same optimizers, and those remain that come to the same bytes for each.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.values import UNCLEAR
from grader.reference import Reference, take_step, without_dynamo


class Thing(NamedTuple):
    """Something that is counted: so many elements, of so many bytes, and whether it is a single number."""

    elements: int
    bytes: int
    scalar: bool = False


@dataclass(frozen=True)
class Moment:
    """An optimizer at a moment. For each parameter its size, and what of it holds; and its state, in the state's order."""

    parameters: tuple[Thing, ...]
    stepped: tuple[bool, ...]
    with_gradient: tuple[bool, ...]
    in_first_group: tuple[bool, ...]
    with_betas: tuple[bool, ...]
    state: tuple[tuple[tuple[str, Thing], ...], ...]

    def of(self, which: Iterable[bool], times: int = 1) -> list[Thing]:
        """These parameters."""
        return [p for p, there in zip(self.parameters, which, strict=True) if there for _ in range(times)]

    @property
    def tensors(self) -> list[Thing]:
        """All of the state."""
        return [thing for kept in self.state for _, thing in kept]


STEP = Thing(1, 4, True)
TENSORS: dict[str, Callable[[Moment], list[Thing]]] = {
    "all": lambda o: o.tensors,
    "no scalars": lambda o: [t for t in o.tensors if not t.scalar],
    "one scalar": lambda o: [t for t in o.tensors if not t.scalar] + [t for t in o.tensors if t.scalar][:1],
    "scalars alone": lambda o: [t for t in o.tensors if t.scalar],
    "m and v by name": lambda o: [t for kept in o.state for name, t in kept if name in ("exp_avg", "exp_avg_sq")],
    "m, v and step by name": lambda o: [t for kept in o.state for name, t in kept if name in ("exp_avg", "exp_avg_sq", "step")],
    "the two first": lambda o: [t for kept in o.state for t in [t for _, t in kept if not t.scalar][:2]],
    "the two first and scalars": lambda o: (
        [t for kept in o.state for t in [t for _, t in kept if not t.scalar][:2]] + [t for t in o.tensors if t.scalar]
    ),
    "two for each parameter": lambda o: o.of([True] * len(o.parameters), 2),
    "two for each parameter, and a step": lambda o: o.of([True] * len(o.parameters), 2) + [STEP] * len(o.parameters),
    "two for each parameter, once one is stepped": lambda o: o.of([any(o.stepped)] * len(o.parameters), 2),
    "two for each stepped": lambda o: o.of(o.stepped, 2),
    "two for each stepped, and a step": lambda o: o.of(o.stepped, 2) + [STEP] * sum(o.stepped),
    "two for each with a gradient": lambda o: o.of(o.with_gradient, 2),
    "two for each with betas": lambda o: o.of(o.with_betas, 2),
    "the parameters instead": lambda o: o.of([True] * len(o.parameters)),
    "the stepped parameters instead": lambda o: o.of(o.stepped),
    "nothing": lambda _: [],
}
BESIDES: dict[str, Callable[[Moment], list[Thing]]] = {
    "nothing": lambda _: [],
    "all parameters": lambda o: o.of([True] * len(o.parameters)),
    "all parameters, once one is stepped": lambda o: o.of([any(o.stepped)] * len(o.parameters)),
    "stepped parameters": lambda o: o.of(o.stepped),
    "parameters with gradients": lambda o: o.of(o.with_gradient),
    "the first group's parameters": lambda o: o.of(o.in_first_group),
}
SIZES = (
    "own",
    "of the parameter",
    "of the first tensor",
    "1",
    "2",
    "4",
    "8",
    "at least 4",
    "at most 4",
    "1 for scalars",
    "8 for scalars",
)
MORE_GENERAL = {
    **{name: "two" for name in TENSORS if "two" in name or "by name" in name},
    **{name: "scalars" for name in TENSORS if name in ("no scalars", "one scalar")},
}


class Way(NamedTuple):
    """A way of counting."""

    tensors: str
    size: str
    besides: str
    its_size: str

    @property
    def odd(self) -> int:
        """In how many respects it isn't right."""
        return (self.tensors != "all") + (self.size != "own") + (self.besides != "nothing")


@cache
def ways() -> list[Way]:
    """All that are known. What is counted besides is counted at its own size, or as all is."""
    found = []
    for tensors, size, besides in itertools.product(TENSORS, SIZES, BESIDES):
        if tensors == besides == "nothing":
            continue
        found += [
            Way(tensors, size, besides, its) for its in dict.fromkeys(("own", size) if besides != "nothing" else ("own",))
        ]
    return found


def counted(cases: Sequence[JudgedCase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """All channels of this part, in the cases that got so far."""
    cases = [case for case in cases if case.trace.error is None]
    returned = [case.trace.returned for case in cases]
    if not cases:
        return
    if not all(_of_ints(one, case) for one, case in zip(returned, cases, strict=True)):
        yield "bytes", (UNCLEAR,)
        return
    if all(_right(one, case) for one, case in zip(returned, cases, strict=True)):
        return
    tables = [_table(case.reference) for case in cases]
    numbers = [
        torch.tensor([min(n, 2**62) for name in moments(c.reference) for n in one[name]])
        for one, c in zip(returned, cases, strict=True)
    ]
    fits = torch.stack([(table == number).all(1) for table, number in zip(tables, numbers, strict=True)]).all(0)
    found = [way for way, fit in zip(ways(), fits.tolist(), strict=True) if fit]
    fewest = min((way.odd for way in found), default=1)
    found = [way for way in found if way.odd == fewest]
    yield from _told(found)


def _told(found: Sequence[Way]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ways that fit, each in as few channels as possible; unclear where they aren't odd in the same respects."""
    columns = {
        "element size": ["" if way.size == "own" else way.size for way in found],
        "tensors": ["" if way.tensors == "all" else way.tensors for way in found],
        "besides": ["" if way.besides == "nothing" else way.besides for way in found],
    }
    if not found or any("" in names and any(names) for names in columns.values()):
        yield "bytes", (UNCLEAR,)
        return
    for channel, names in columns.items():
        if any(names):
            told = [*dict.fromkeys(names)]
            shared = {"element size": "other", "besides": "parameters"}
            general = {shared[channel]} if channel in shared else {MORE_GENERAL.get(name, "") for name in told}
            yield channel, tuple(filter(None, (*told, *(general if len(general) == 1 else ()))))


def _of_ints(returned: Any, case: JudgedCase) -> bool:
    """Whether two ints were counted for each optimizer, as `drive` writes them."""
    return isinstance(returned, dict) and all(
        isinstance(returned.get(name), list)
        and len(returned[name]) == 2
        and all(type(n) is int and n >= 0 for n in returned[name])
        for name in moments(case.reference)
    )


def _right(returned: Mapping[str, list[int]], case: JudgedCase) -> bool:
    return all(
        returned[name] == [sum(t.elements * t.bytes for t in moment.tensors) for moment in both]
        for name, both in moments(case.reference).items()
    )


@lru_cache(maxsize=32)
def _table(reference: Reference) -> Tensor:
    """(ways, moments) the bytes that each way comes to."""
    rows: list[list[int]] = []
    for moment in itertools.chain.from_iterable(moments(reference).values()):

        def sums(named: Mapping[str, Callable[[Moment], list[Thing]]], moment: Moment = moment) -> dict[tuple[str, str], int]:
            first, element = next(iter(moment.tensors), STEP), moment.parameters[0].bytes
            return {(name, size): _sum(of(moment), size, first, element) for name, of in named.items() for size in SIZES}

        main, more = sums(TENSORS), sums(BESIDES)
        rows.append([main[way.tensors, way.size] + more[way.besides, way.its_size] for way in ways()])
    return torch.tensor(rows).T


def _sum(things: Iterable[Thing], size: str, first: Thing, element: int) -> int:
    return sum(thing.elements * _size(size, thing, first, element) for thing in things)


def _size(size: str, thing: Thing, first: Thing, element: int) -> int:
    """How many bytes an element of a thing is taken to have, given the state's first tensor, and a parameter's element."""
    match size.split():
        case ["own"]:
            return thing.bytes
        case ["of", "the", "parameter"]:
            return element
        case ["of", "the", "first", "tensor"]:
            return first.bytes
        case ["at", "least", number]:
            return max(thing.bytes, int(number))
        case ["at", "most", number]:
            return min(thing.bytes, int(number))
        case [number, "for", "scalars"]:
            return int(number) if thing.scalar else thing.bytes
    return int(size)


@lru_cache(maxsize=32)
def moments(reference: Reference) -> Mapping[str, list[Moment]]:
    """Each optimizer, when it is new and after a step that leaves one parameter out."""
    found: dict[str, list[Moment]] = {}
    with without_dynamo():
        for name, optimizer in reference.sources.problem.fresh(reference.arguments["dtype"]):
            found[name] = [_moment(optimizer)]
            for p in [p for group in optimizer.param_groups for p in group["params"]][1:]:
                p.grad = torch.full_like(p, 0.5)
            take_step(optimizer)
            found[name].append(_moment(optimizer))
    return found


def _moment(optimizer: torch.optim.Optimizer) -> Moment:
    groups = optimizer.param_groups
    held = [(p, number, group) for number, group in enumerate(groups) for p in group["params"]]
    return Moment(
        parameters=tuple(Thing(p.numel(), p.element_size()) for p, _, _ in held),
        stepped=tuple(p in optimizer.state for p, _, _ in held),
        with_gradient=tuple(p.grad is not None for p, _, _ in held),
        in_first_group=tuple(number == 0 for _, number, _ in held),
        with_betas=tuple("betas" in group for _, _, group in held),
        state=tuple(
            tuple((k, Thing(t.numel(), t.element_size(), t.dim() == 0)) for k, t in kept.items() if torch.is_tensor(t))
            for kept in optimizer.state.values()
        ),
    )
