"""Which update rule made the steps, with which numbers."""

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from grader.diagnosis.channels.moves import Asked, Moves
from grader.diagnosis.channels.rates import ANOTHER_GAMMA, EARLY, IN_TIME, rate, schedule
from grader.diagnosis.channels.values import UNCLEAR, together
from grader.diagnosis.rules import Hand, Rule, Slip, adam, explain, identify, sgd
from grader.diagnosis.rules.said import DTYPES, is_number


class Updates:
    """The steps of all cases, and the rule that made them."""

    def __init__(self, moves: Sequence[Moves]) -> None:
        """`moves` of each case."""
        self.moves = moves

    @cached_property
    def told(self) -> list[int]:
        """The cases in which something moved."""
        return [number for number, moves in enumerate(self.moves) if moves.any]

    @cached_property
    def rules(self) -> list[Rule | Hand | None]:
        """The rule of each case; none at all where one case's isn't found."""
        found = self._of_torch(deeply=False)
        falls = any(moves.steps.changes for moves in self.moves)
        if found is None or (self._law(found)[0] == UNCLEAR and not falls):
            slips = self._slips
            if slips is not None:
                return self._hands(slips)
            if found is None and not all(moves.driven for moves in self.moves):
                found = self._of_torch(deeply=True)
        return found or [None] * len(self.moves)

    def _of_torch(self, deeply: bool) -> list[Rule | Hand | None] | None:
        found: list[Rule | Hand | None] = [None] * len(self.moves)
        for number in sorted(
            self.told, key=lambda n: (len(self.moves[n].steps.before) < 3, self.moves[n].steps.before.numel())
        ):
            moves = self.moves[number]
            if not moves.steps.present.all():
                return None  # rules by hand know how to skip; these are run on whole gradients
            found[number] = identify(moves.asked.family, moves.asked.settings, moves.declared, moves.steps, deeply)
            if found[number] is None:
                return None
        return found

    @cached_property
    def _slips(self) -> Sequence[frozenset[Slip]] | None:
        cases = [(by_hand(self.moves[n])[1], self.moves[n].steps) for n in self.told]
        family = by_hand(self.moves[0])[0]
        return explain(family, cases, lambda slips: UNCLEAR not in self._law(self._hands(slips))) if cases else None

    def _hands(self, slips: Sequence[frozenset[Slip]]) -> list[Rule | Hand | None]:
        of = dict(zip(self.told, slips, strict=True))
        return [Hand(*by_hand(moves), of[n]) if n in of else None for n, moves in enumerate(self.moves)]

    def _law(self, rules: Sequence[Rule | Hand | None]) -> tuple[str, str, str]:
        return schedule(self.moves, rules) or (*rate(self.moves, rules), "")

    @cached_property
    def law(self) -> tuple[str, str, str]:
        """The law of the learning rates, their sign, and how they fall."""
        return self._law(self.rules)


def by_hand(moves: Moves) -> tuple[str, dict[str, Any]]:
    """The rule asked for as one by hand: its family, and its settings; "passed" are the names of those that are no defaults."""
    asked = moves.asked
    passed = moves.arguments.get("settings", asked.settings)
    settings: dict[str, Any] = {**asked.settings, "passed": frozenset(passed)}
    if asked.family == "AdamW":
        settings |= {"decay": "before", "default decay": 0.01}
    elif asked.family == "Adam":
        settings |= {"decay": "in the gradient", "default decay": 0.0}
    return ("Adam" if asked.family in ("Adam", "AdamW") else "SGD"), settings


USUAL = {
    "betas": (0.9, 0.999),
    "eps": 1e-8,
    "weight_decay": 0.0,
    "momentum": 0.0,
    "dampening": 0.0,
    "nesterov": False,
    "amsgrad": False,
}


def numbers(of: Sequence[tuple[Asked, Rule]]) -> Iterator[tuple[str, str]]:
    """How the rules' settings stand to those asked for, over all cases."""
    families = {rule.family for _, rule in of}
    if any(rule.family != asked.family for asked, rule in of):
        yield "rule", " and ".join(sorted(families))
        if families == {"SGD"} and any(rule.settings.get("momentum") for _, rule in of):
            yield "momentum", "some"
        return
    for name, usual in USUAL.items():
        pairs = [(asked.settings.get(name, usual), rule.settings.get(name, usual)) for asked, rule in of]
        if all(_equal(want, have) for want, have in pairs):
            continue
        wanted, had = [want for want, _ in pairs], [have for _, have in pairs]
        if name == "betas" and all(_equal(want, tuple(reversed(have))) for want, have in pairs):
            yield name, "swapped"
        elif isinstance(usual, bool):
            yield name, "inverted" if all(bool(w) != bool(h) for w, h in pairs) else "on" if all(had) else "off"
        elif not any(wanted) and name != "betas":
            yield name, "added"
        elif not any(had):
            yield name, "none"
        elif all(_equal(usual, have) for have in had):
            yield name, "default"
        else:
            yield name, "other"


def _equal(want: Any, have: Any) -> bool:
    if isinstance(want, tuple):
        return all(_equal(w, h) for w, h in zip(want, have, strict=True))
    return math.isclose(want, have, rel_tol=1e-4, abs_tol=1e-14)


def slips(hands: Sequence[Hand]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What rules by hand say instead, named as `numbers` names the settings of torch's where it comes to the same."""
    without_v = any(line == "update" and option in adam.WITHOUT_V for hand in hands for line, option in hand.slips)
    for line, option in sorted({slip[0]: slip for hand in hands for slip in sorted(hand.slips)}.values()):
        match line:
            case "count" if option == adam.ROUNDED:
                pass  # torch's own count is such a tensor
            case "betas" if without_v and option in ("swapped", "both beta2"):
                yield line, (UNCLEAR,)  # only the first is used: it is the second, and what the second is can't be told
            case "betas":
                swapped = option in ("swapped", "default is 0.999, 0.9")
                yield line, ("swapped" if swapped else "default" if option == "default" else "other",)
            case "epsilon":
                yield "eps", ("default" if option == "default" else "other",)
            case "fading":
                yield "momentum", ("other",)
            case "momentum" if option != "none":
                yield line, ("other",)
            case "dampening" if is_number(option):
                others = any(line in dict(hand.slips) and not hand.settings.get("dampening") for hand in hands)
                yield line, ("added",) if others else ("other",)
            case "scale" if option.startswith("times "):
                yield line, ("other", "scaled")
            case "decay" if option == "none":
                yield "weight_decay", ("none",)
            case "eps":
                yield "place of eps", (option, *GENERAL.get((line, option), ()))
            case _:
                yield line, (option, *GENERAL.get((line, option), ()))


GENERAL: dict[Slip, tuple[str, ...]] = {  # what whole families of slips have in common
    **{("nesterov", option): ("of an old gradient",) for option in sgd.LINES["nesterov"] if "old gradient" in option},
    **{("velocity", option): ("a mean",) for option in sgd.LINES["velocity"] if option.startswith("averaged")},
    **{("velocity", option): ("the one before",) for option in sgd.LINES["velocity"] if option.startswith("previous")},
    **{("dampening", option): ("of the first",) for option in ("first too", "first twice", "without momentum, first too")},
    **{("count", option): ("stays",) for option in adam.LINES["count"] if option.startswith("never advances")},
    **{("memory", option): ("emptied",) for option in ("each step", "each step, count too", *adam.CLEARED)},
    **{("scale", option): ("scaled",) for option in (*adam.SCALES, "over the parameters")},
    **{("decay", option): ("more than once",) for option in ("doubled", "twice")},
    **{("decay", option): ("shrinks after",) for option in ("shrinks after", "after, without lr")},
    **{("gradient", option): ("of another dtype",) for option in DTYPES},
    **{("eps", option): ("inside",) for option in adam.LINES["eps"] if "inside" in option},
}


def channels(updates: Updates) -> Iterator[tuple[str, tuple[str, ...]]]:
    """All that isn't as asked in the rule that made the steps of a run's cases, each as (channel, the values that hold)."""
    told = [(updates.moves[n].asked, updates.rules[n]) for n in updates.told]
    if not told:
        return
    if any(rule is None for _, rule in told):
        yield "rule", (UNCLEAR,)
        return
    by_torch = [(asked, rule) for asked, rule in told if isinstance(rule, Rule)]
    hands = [rule for _, rule in told if isinstance(rule, Hand)]
    if hands:
        yield from slips(hands)
    else:
        for name, value in numbers(by_torch):
            yield name, (value, "a variant of Adam") if value in VARIANTS else (value,)
        yield "memory", together([[rule.forgets] for _, rule in by_torch])
    law, sign, shape = updates.law
    if shape:
        general = ANOTHER_GAMMA if shape in IN_TIME else EARLY[0] if shape in EARLY else "another"
        yield "schedule", (UNCLEAR,) if shape == UNCLEAR else (shape, general)
    if law:
        yield "rate", (law, "scaled") if law in OTHER_RATES or law.endswith("scaled") else (law,)
    if sign:
        said = any(settings.get("maximize") for moves in updates.moves for _, settings in moves.declared)
        yield "direction", (f"{sign}, maximize" if said else sign,)


VARIANTS = ("NAdam", "Adamax", "RAdam")


OTHER_RATES = ("a tenth", "squared", "the same everywhere", "another in each case", "zero")
