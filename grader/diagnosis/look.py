"""All channels of a run together: what isn't as asked, and how."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from grader.checks.run import JudgedCase
from grader.diagnosis.channels import gradients, loops, moves, returns, tapes, updates
from grader.diagnosis.channels.updates import Updates
from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.channels.walk import Walk
from grader.diagnosis.compare import said
from grader.diagnosis.enact import Enacted

Findings: TypeAlias = Mapping[str, tuple[str, ...]]  # for each channel that isn't as asked, the values that explain its numbers


class Look:
    """The cases of a run, with all that their numbers say.

    Cases in single precision say too little, and so do those whose model was replaced; they are left out.
    """

    def __init__(self, cases: Sequence[JudgedCase]) -> None:
        """`cases` of an exercise that records steps; nothing is looked at yet."""
        self.cases = cases

    @cached_property
    def _usable(self) -> list[JudgedCase]:
        return [
            case
            for case in self.cases
            if case.reference.plan is not None
            and case.trace.layout == case.reference.layout
            and case.tolerance.relative < 1e-4
            and case.trace.events
        ]

    @cached_property
    def driven(self) -> list[JudgedCase]:
        """Those that a tape drives, but for those that lean on what isn't as asked elsewhere."""
        leaning = getattr(self.cases[0].reference.sources.channels, "LEANING", ()) if self._returned else ()
        tried = [case for case in self._usable if case.plan.tape is not None and case.trace.steps]
        return [case for case in tried if case.arguments.get("task") not in leaning]

    @cached_property
    def walks(self) -> list[Walk]:
        """Those that train on data."""
        return [Walk(Enacted(case)) for case in self._usable if case.plan.tape is None]

    @cached_property
    def updates(self) -> Updates:
        """The steps of all."""
        return Updates([*map(moves.of_walk, self.walks), *map(moves.of_tape, self.driven)])

    @property
    def own(self) -> Callable[[Sequence[JudgedCase]], Iterator[tuple[str, tuple[str, ...]]]] | None:
        """The exercise's own look at what was returned: `channels` in its folder of that name; None where it has none."""
        return getattr(self.cases[0].reference.sources.channels, "channels", None) if self.cases else None

    @cached_property
    def _returned(self) -> Findings:
        """What the exercise's own look finds."""
        return {name: values for name, values in self.own(self.cases) if values} if self.own is not None else {}

    @cached_property
    def findings(self) -> Findings:
        """What was found in each channel, in what a right program has as well as in what it hasn't."""
        found: dict[str, tuple[str, ...]] = {}
        changed = _dtypes(self.cases)
        if changed:
            found["dtype"] = (changed,)
        try:
            if any(case.reference.plan is not None and case.plan.tape is not None for case in self.cases):
                told = list(tapes.channels(self.driven, self.updates))
            elif self.own is not None:
                told = []
            else:
                told = list(loops.channels(self.walks))
                told += updates.channels(self.updates)
                told += gradients.of_walks(self.walks)
            found |= {name: values for name, values in told if values}
            given_back = dict(returns.channels(self.walks, self.updates)) if "passes" not in found and self.own is None else {}
        except (RuntimeError, ValueError, IndexError):  # so far from what was asked that it can't be played
            return found or {"run": (UNCLEAR,)}
        if self.own is not None:
            found |= self._returned
        error = next((case.trace.error for case in self.cases if case.trace.error), None)
        if error is not None and "reached" not in found:  # where no gradient came, whoever uses it stops
            last = (
                [event.kind for event in self.walks[-1].enacted.trace.events if event.kind != "end"][-1:] if self.walks else []
            )
            found["stopped"] = (" ".join((*(said(error) or ()), *last)), *_of_what(error.message), *_where(self.cases))
        return found | {name: tuple(values) for name, values in given_back.items()}

    def unlike(self, right: Findings) -> dict[str, tuple[str, ...]]:
        """What isn't as in a right program's. A loss returned as it was differentiated is wrong with it, not once more."""
        found = self.findings
        other_loss = any(channel in found for channel in ("kind of loss", "weight", "sign", "factor", "loss"))
        differing = {}
        for channel, values in found.items():
            told = set(values)
            if other_loss and channel.startswith("returned"):
                told |= {value.removesuffix(", as differentiated").removesuffix(", of the other loss") for value in values}
            if not told & set(right.get(channel, ())):
                differing[channel] = values
        if "returned val" not in differing and "validation at another time" in differing.get("looks", ()):
            del differing["looks"]  # whoever validates more often, and notes the right number, does nothing wrong
        return differing


def _of_what(message: str) -> Iterator[str]:
    """What an error is about, whatever its words are."""
    about = {"of None": r"NoneType", "of two sizes": r"[Ss]ize|shape", "of two dtypes": r"dtype|scalar type|Half|Float"}
    yield from (name for name, words in about.items() if re.search(words, message))


def _where(cases: Sequence[JudgedCase]) -> Iterator[str]:
    """Whether all errors came at the first step for which a gradient is missing, and there only."""
    stopped = [case for case in cases if case.trace.error is not None and case.trace.error.kind == "crashed"]
    if stopped and all(_misses_at(case) == len(case.trace.steps) for case in stopped):
        yield "at a missing gradient"


def _misses_at(case: JudgedCase) -> int | None:
    """The first step of a tape for which some gradient is missing."""
    tape = case.plan.tape if case.reference.plan is not None else None
    rows = tape.gradients if tape is not None else []
    return next((number for number, row in enumerate(rows) if any(gradient is None for gradient in row)), None)


def _dtypes(cases: Sequence[JudgedCase]) -> str:
    """Whether parameters or data are turned into another dtype."""
    changed: set[str] = set()
    for case in cases:
        kinds = {dtype for _, _, dtype in case.trace.layout}
        if kinds != {*case.trace.dtypes}:
            changed.add("of the model")
        if case.reference.layout and any(
            x.is_floating_point() and str(x.dtype) not in kinds for x in case.trace.inputs.values()
        ):
            changed.add("of the data")
    return " and ".join(sorted(changed))
