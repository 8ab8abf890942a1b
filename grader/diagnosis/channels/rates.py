"""Learning rates: how those that the steps had come of those asked for."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grader.diagnosis.channels.moves import Asked, Moves
from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.rules import Hand, Rule, Steps

DEFAULT_RATE = 1e-3  # of every optimizer of torch's that is taught here


Rate = Callable[[Asked, int, Steps, dict[str, Any]], float]


RATES: dict[str, Rate] = {
    "": lambda asked, k, steps, given: asked.rates[min(k, len(asked.rates) - 1)],
    "left out": lambda asked, k, steps, given: 1.0,
    "default": lambda asked, k, steps, given: DEFAULT_RATE,
    "more by beta1": lambda asked, k, steps, given: (
        asked.rates[min(k, len(asked.rates) - 1)] / (1 - asked.settings["betas"][0])
    ),
    "less by the momentum": lambda asked, k, steps, given: (
        asked.rates[min(k, len(asked.rates) - 1)] * (1 - asked.settings["momentum"])
    ),
    "squared": lambda asked, k, steps, given: asked.rates[min(k, len(asked.rates) - 1)] ** 2,
    "as at first": lambda asked, k, steps, given: asked.settings["lr"],
}


# Of a learning rate that falls: by what it has been multiplied at step k, in epoch e, of B batches.
SHAPES: dict[str, Callable[[int, int, int, Mapping[str, Any]], float]] = {
    "": lambda k, e, B, given: given["gamma"] ** (e // given["step_size"]),
    "never falls": lambda k, e, B, given: 1.0,
    "falls every batch": lambda k, e, B, given: given["gamma"] ** (k // given["step_size"]),
    "falls one epoch early": lambda k, e, B, given: given["gamma"] ** ((e + 1) // given["step_size"]),
    "falls one batch early": lambda k, e, B, given: given["gamma"] ** ((k + 1) // given["step_size"]),
    "falls one epoch early, but the last": lambda k, e, B, given: (
        given["gamma"] ** (min(e + 1, given["epochs"] - 1) // given["step_size"])
    ),
    "falls every epoch": lambda k, e, B, given: given["gamma"] ** e,
    "falls one epoch late": lambda k, e, B, given: given["gamma"] ** (max(0, e - 1) // given["step_size"]),
    "falls once": lambda k, e, B, given: given["gamma"] ** min(1, e // given["step_size"]),
    "falls by a tenth": lambda k, e, B, given: 0.1 ** (e // given["step_size"]),
    "falls by half": lambda k, e, B, given: 0.5 ** (e // given["step_size"]),
    "rises": lambda k, e, B, given: given["gamma"] ** -(e // given["step_size"]),
    "falls if step_size is 1": lambda k, e, B, given: given["gamma"] ** (e if given["step_size"] == 1 else 0),
    "falls smoothly": lambda k, e, B, given: given["gamma"] ** (e / given["step_size"]),
    "falls linearly": lambda k, e, B, given: 1 - given["gamma"] * (e // given["step_size"]),
    "falls ever more": lambda k, e, B, given: (
        given["gamma"] ** ((e // given["step_size"]) * (e // given["step_size"] + 1) // 2)
    ),
    "falls each epoch after the first fall": lambda k, e, B, given: given["gamma"] ** max(0, e - given["step_size"] + 1),
    "falls twice as often": lambda k, e, B, given: given["gamma"] ** (2 * e // given["step_size"]),
    "falls half as often": lambda k, e, B, given: given["gamma"] ** (e // (2 * given["step_size"])),
    "falls at step_size and its powers": lambda k, e, B, given: given["gamma"] ** (e >= given["step_size"]),
    "with gamma squared": lambda k, e, B, given: given["gamma"] ** (2 * (e // given["step_size"])),
    "with its root": lambda k, e, B, given: given["gamma"] ** (0.5 * (e // given["step_size"])),
    "falls except at multiples": lambda k, e, B, given: given["gamma"] ** (e % given["step_size"]),
    "falls compounding": lambda k, e, B, given: given["gamma"] ** sum(i // given["step_size"] for i in range(e + 1)),
    "falls every batch and every epoch": lambda k, e, B, given: given["gamma"] ** ((k + e) // given["step_size"]),
    "low at first": lambda k, e, B, given: given["gamma"] if e < given["step_size"] else 1.0,
    "falls with one minus gamma": lambda k, e, B, given: (1 - given["gamma"]) ** (e // given["step_size"]),
}


def schedule(of: Sequence[Moves], rules: Sequence[Rule | Hand | None]) -> tuple[str, str, str] | None:
    """Of rates that should fall: the law of the first one, the sign, and how they fall; None where nothing is to fall."""
    if any("gamma" not in moves.arguments for moves in of):
        return None
    told = [(moves, rule.rates(moves.steps, 10_000) or []) for moves, rule in zip(of, rules, strict=True) if rule is not None]
    if not told:
        return None
    for name, shape in SHAPES.items():
        firsts = [_first(moves, rates, shape) for moves, rates in told]
        if None not in firsts:
            ratios = [
                first / moves.arguments["lr"] for first, (moves, _) in zip(firsts, told, strict=True) if first is not None
            ]
            gammas = [moves.arguments["gamma"] for moves, _ in told]
            if not name and all(abs(ratio - gamma) <= 1e-5 for ratio, gamma in zip(ratios, gammas, strict=True)):
                return "", "", "falls from the first epoch"
            return *_of_ratios(ratios, [first for first in firsts if first is not None]), name
    if all(_is_longer_later(moves, rates) for moves, rates in told):
        return "longer from the second step on", "", ""
    if all(_falls_in_time(moves, rates) for moves, rates in told):
        return "", "", ANOTHER_GAMMA
    steady = all(_is_steady(moves, rates) and _begins(moves, rates) for moves, rates in told)
    return "", "", "another" if steady else UNCLEAR


ANOTHER_GAMMA = "with another gamma"
IN_TIME = ("falls by a tenth", "falls by half", "with gamma squared", "with its root", "rises", "falls with one minus gamma")
EARLY = ("falls one epoch early", "falls one epoch early, but the last")


def _is_longer_later(moves: Moves, rates: Sequence[float]) -> bool:
    """Whether the first rate is as asked, and every later one a multiple of what it should be, above 1."""
    of = [r / asked for r, asked in zip(rates, moves.asked.rates, strict=False) if not math.isnan(r)]
    return (
        len(of) > 2
        and abs(of[0] - 1) <= 1e-5
        and of[1] > 1 + 1e-3
        and all(abs(ratio - of[1]) <= 1e-5 * of[1] for ratio in of[1:])
    )


def _falls_in_time(moves: Moves, rates: Sequence[float]) -> bool:
    """Whether the rates are multiplied by some number of their own every `step_size` epochs."""
    size = moves.arguments["step_size"]
    later = [(r, e // size) for r, e in zip(rates, moves.steps.epoch, strict=False) if e >= size and not math.isnan(r)]
    if not later or not rates or math.isnan(rates[0]) or rates[0] == 0 or later[0][0] / rates[0] <= 0:
        return False
    gamma = (later[0][0] / rates[0]) ** (1 / later[0][1])
    return _first(moves, rates, lambda k, e, B, given: gamma ** (e // size)) is not None


def _first(moves: Moves, rates: Sequence[float], shape: Callable[[int, int, int, Mapping[str, Any]], float]) -> float | None:
    """The rate before any fall, if the rates fall like this."""
    first = math.nan
    batches = len(moves.arguments["batches"])
    for k, r in enumerate(rates):
        by = shape(k, moves.steps.epoch[k], batches, moves.arguments)
        if math.isnan(r) or by == 0:
            continue
        first = r / by if math.isnan(first) else first
        if abs(r - first * by) > 1e-5 * abs(r):
            return None
    return None if math.isnan(first) else first


def _is_steady(moves: Moves, rates: Sequence[float]) -> bool:
    """Whether the rates change between epochs alone."""
    pairs = zip(zip(rates, moves.steps.epoch, strict=False), zip(rates[1:], moves.steps.epoch[1:], strict=False), strict=False)
    return all(abs(r - s) <= 1e-5 * abs(r) for (r, e), (s, f) in pairs if e == f and not (math.isnan(r) or math.isnan(s)))


def _begins(moves: Moves, rates: Sequence[float]) -> bool:
    """Whether the first rate is as asked."""
    return bool(rates) and abs(rates[0] - moves.arguments["lr"]) <= 1e-5 * abs(moves.arguments["lr"])


def _of_ratios(ratios: Sequence[float], rates: Sequence[float]) -> tuple[str, str]:
    """The law of the rates before any fall, given them and their ratios to those asked for."""
    sign = "uphill" if ratios[0] < 0 else ""
    if all(abs(abs(ratio) - 1) <= 1e-5 for ratio in ratios):
        return "", sign
    if all(abs(ratio - 0.1) <= 1e-6 for ratio in ratios):
        return "a tenth", sign
    if all(abs(abs(rate) - DEFAULT_RATE) <= 1e-5 * DEFAULT_RATE for rate in rates):
        return "default", sign
    if all(abs(ratio - ratios[0]) <= 1e-5 * abs(ratios[0]) for ratio in ratios):
        return "scaled", sign
    same = all(abs(rate - rates[0]) <= 1e-6 * abs(rates[0]) for rate in rates)
    return "the same everywhere" if same else "another in each case", sign


def rate(of: Sequence[Moves], rules: Sequence[Rule | Hand | None]) -> tuple[str, str]:
    """The learning rate of each step: (its law, its sign)."""
    points: list[tuple[Asked, int, Steps, dict[str, Any], float]] = []
    for moves, rule in zip(of, rules, strict=True):
        if rule is not None:
            rates = rule.rates(moves.steps) or []
            points += [(moves.asked, k, moves.steps, moves.arguments, r) for k, r in enumerate(rates) if not math.isnan(r)]
    if not points:
        return "", ""
    law, sign = _law_of(points)
    set_later = {id(point[0]) for point in points if point[2].changes}
    if law == UNCLEAR and set_later:
        # What is set along the way may be as asked, and the rate at the start may not.
        later, before = [p for p in points if id(p[0]) in set_later], [p for p in points if id(p[0]) not in set_later]
        if before and _law_of(later)[0] == "":
            law, sign = _law_of(before)
            law = law if law == UNCLEAR else f"{law}, until it is set"
    return law, sign


Point = tuple[Asked, int, Steps, dict[str, Any], float]


def _law_of(points: Sequence[Point]) -> tuple[str, str]:
    def ratios(law: Rate) -> list[float] | None:
        try:
            return [r / law(asked, k, steps, given) for asked, k, steps, given, r in points]
        except (KeyError, ZeroDivisionError, OverflowError):
            return None

    def close(values: list[float], to: float) -> bool:
        return all(abs(v - to) <= 1e-5 * abs(to) for v in values)

    for name, law in RATES.items():
        found = ratios(law)
        if found is not None:
            for sign, word in ((1.0, ""), (-1.0, "uphill")):
                if close(found, sign):
                    return name, word
    found = ratios(RATES[""])
    if found is not None and close(found, found[0]):
        return ("zero" if found[0] == 0 else "scaled"), ("uphill" if found[0] < 0 else "")
    if all(abs(p[4] - points[0][4]) <= 1e-6 * abs(points[0][4]) for p in points):
        return "the same everywhere", "uphill" if points[0][4] < 0 else ""
    others = [p for p in points if p[0].settings["lr"] != DEFAULT_RATE]
    if others and len(others) < len(points) and _law_of(others)[0] == "":
        rest = [p for p in points if p[0].settings["lr"] == DEFAULT_RATE]
        return ("another default" if all(abs(p[4] - rest[0][4]) <= 1e-6 * abs(rest[0][4]) for p in rest) else UNCLEAR), ""
    per_case: dict[int, list[float]] = {}
    for asked, _, _, _, r in points:
        per_case.setdefault(id(asked), []).append(r)
    if (
        len(per_case) > 1
        and all(close(rates, rates[0]) for rates in per_case.values())
        and not any(p[2].changes for p in points)
    ):
        return "another in each case", "uphill" if points[0][4] < 0 else ""
    for name, law in RATES.items():
        found = ratios(law)
        if name and found is not None and close(found, found[0]):
            return f"{name}, scaled", ""
    return UNCLEAR, ""
