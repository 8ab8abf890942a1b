"""What was found on which set-ups, and how these stand afterwards.

A channel's first value is the pattern of all set-ups; the second, where there is one, is what a whole family of mistakes has in
common, and none but this family.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from descent_exercise_14_channels.kinds import by_the_rate, kind

from grader.checks.run import JudgedCase
from grader.diagnosis.channels.values import UNCLEAR

Found = Iterator[tuple[str, tuple[str, ...]]]
RATE, GRADIENT, HELD = "learning_rate_too_high", "no_gradient", "parameters_not_in_optimizer"
TOGETHER = ((HELD, GRADIENT), ("shape_mismatch", "loss_does_not_match_task"))  # one mistake may be behind both


def judged(cases: Sequence[JudgedCase], tried: bool) -> Found:
    """A channel for each symptom that is missed or found falsely, if only once.

    The learning rate is judged by the trial: where that isn't as asked (not `tried`), what follows from it says nothing new.
    """
    ended = [case for case in cases if case.trace.error is None and case.reference.case.expected is not None]
    told = [case for case in ended if isinstance(_of(case, "found"), set)]
    if len(told) < len(ended):
        yield "kind of answer", (UNCLEAR,)
    if not told:
        return
    names = told[0].reference.sources.plan.NAMES
    if any(name not in names for case in told for name in _found(case)):
        yield "names", (UNCLEAR,)
    symptoms = {name: Symptom.of(name, told) for name in names if tried or name != RATE}
    entangled = {name for pair in TOGETHER if symptoms[pair[0]].always and symptoms[pair[1]].odd for name in pair}
    for name, symptom in symptoms.items():
        if symptom.odd:
            general = "" if name in entangled else symptom.general(tried)
            yield name, tuple(filter(None, (symptom.pattern, general)))


@dataclass(frozen=True)
class Symptom:
    """Where a symptom is there and found, where it is missed, and where it is found falsely."""

    name: str
    found: list[JudgedCase]
    missed: list[JudgedCase]
    false: list[JudgedCase]
    rest: list[JudgedCase]

    @classmethod
    def of(cls, name: str, cases: Sequence[JudgedCase]) -> "Symptom":
        """Sort the cases."""
        sorted_: dict[tuple[bool, bool], list[JudgedCase]] = {(a, b): [] for a in (False, True) for b in (False, True)}
        for case in cases:
            sorted_[name in (case.reference.case.expected or ()), name in _found(case)].append(case)
        return cls(name, sorted_[True, True], sorted_[True, False], sorted_[False, True], sorted_[False, False])

    @property
    def odd(self) -> bool:
        """Whether it isn't as asked anywhere."""
        return bool(self.missed or self.false)

    @property
    def always(self) -> bool:
        """Whether it is missed wherever it is."""
        return bool(self.missed) and not self.found

    @property
    def pattern(self) -> str:
        """All set-ups where it isn't as asked, by what is special about them."""
        missed = "always" if self.always else _kinds(self.missed)
        return "; ".join(
            [*([f"missed: {missed}"] if self.missed else []), *([f"false: {_kinds(self.false)}"] if self.false else [])]
        )

    def general(self, tried: bool) -> str:
        """Whether it is missed, false or both; empty where mistakes of several kinds do that."""
        how = "both" if self.missed and self.false else "missed" if self.missed else "false"
        if self.name == RATE:
            return self._rate(how)
        if self.name == GRADIENT:  # whoever asks what a gradient is, and not whether there is one, finds it falsely too
            return how if tried and how == "missed" else ""
        return how if tried or self.name != HELD else ""

    def _rate(self, how: str) -> str:
        found, rest = self.found + self.false, self.missed + self.rest
        if len(found) > 1 and by_the_rate([c.arguments for c in found], [c.arguments for c in rest]):
            return "by the rate"
        if how != "missed" or not any(event.kind == "step_end" for case in self.missed for event in case.trace.events):
            return ""
        return "missed numbers" if any(map(_ends_as_a_number, self.missed)) else "missed NaN"


def setups(cases: Sequence[JudgedCase], tried: bool) -> Found:
    """The parts of a set-up that aren't as they were, random state apart: on any of them.

    Where the trial isn't as asked (not `tried`), that may be why a set-up changes, and nothing more general is said.
    """
    states = [state for case in cases if isinstance(state := _of(case, "state"), dict)]
    changed = {str(part) for state in states for part, value in state.items() if isinstance(value, str) and value == "changed"}
    if "random" in changed:
        yield "random", ("changed",)
    if changed - {"random"}:
        yield "set-up", (" ".join(sorted(changed - {"random"})), *(["changed"] if tried else []))


def _kinds(cases: Sequence[JudgedCase]) -> str:
    return " | ".join(sorted(kind(case.arguments) for case in cases))


def _ends_as_a_number(case: JudgedCase) -> bool:
    """Whether the last loss of the trial is one."""
    losses = [event.detail.get("loss") for event in case.trace.events if event.kind == "backward"]
    return bool(losses) and isinstance(losses[-1], str) and math.isfinite(float.fromhex(losses[-1]))


def _found(case: JudgedCase) -> set[object]:
    found = _of(case, "found")
    return found if isinstance(found, set) else set()


def _of(case: JudgedCase, key: str) -> object:
    return case.trace.returned.get(key) if isinstance(case.trace.returned, dict) else None
