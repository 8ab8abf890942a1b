"""What is said of a run's steps: which rule made them, with which numbers, and where that leads elsewhere than asked."""

import itertools
import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from grader.diagnosis.channels.moves import Moves
from grader.diagnosis.channels.updates import USUAL, by_hand
from grader.diagnosis.channels.values import UNCLEAR
from grader.diagnosis.evidence.words import apart, number, optimizer, place, setting, slip
from grader.diagnosis.look import Findings
from grader.diagnosis.rules import Hand, Rule, Slip, adam, explain, sgd
from grader.trace import CaseTrace

EXACTLY = 1e-9  # relative: how far a rule may be from steps that are its own
RATE = 1e-6  # relative: how far a learning rate read off a step may be from itself
LINES_OF = {"eps": "epsilon", "place of eps": "eps", "weight_decay": "decay"}  # channels by another name
NUMBERS = ("betas", "epsilon", "momentum", "decay", "dampening", "nesterov")  # lines that torch's own may have otherwise too
SETTINGS = ("lr", "betas", "eps", "momentum", "dampening", "weight_decay", "nesterov", "amsgrad", "alpha")


class Made:
    """A rule that made all steps of the shown case, and the learning rate of each."""

    def __init__(self, rule: Rule | Hand, moves: Moves, rates: list[float]) -> None:
        """`rates`: NaN where that can't be told."""
        self.rule, self.moves, self.rates = rule, moves, rates

    @property
    def rate(self) -> float | None:
        """The learning rate, where it is the same at all steps."""
        told = [rate for rate in self.rates if not math.isnan(rate)]
        return told[0] if told and all(abs(rate - told[0]) <= RATE * abs(told[0]) for rate in told) else None

    @property
    def lawful(self) -> bool:
        """Whether the rates are all the same, or in one ratio to those asked for; else another rule may have made the steps."""
        ratios = [rate / self.asked(k) for k, rate in enumerate(self.rates) if not math.isnan(rate)]
        return self.rate is not None or all(abs(ratio - ratios[0]) <= RATE * abs(ratios[0]) for ratio in ratios)

    @property
    def family(self) -> str:
        """As torch calls it."""
        return self.rule.family if isinstance(self.rule, Rule) else self.moves.asked.family

    def asked(self, step: int) -> float:
        """The learning rate asked for in a step."""
        return self.moves.steps.rate(step)


def made(moves: Moves, findings: Findings) -> Made | None:
    """The likeliest rule that made all steps, by what was found on all cases; None where none of a few does."""
    if not moves.any:
        return None
    scheduled = "rate" in findings and UNCLEAR not in findings["rate"]
    for rule in itertools.chain(_likely(moves, findings), _solved(moves, findings)):
        try:
            rates = rule.rates(moves.steps, len(moves.steps.given))
        except (ValueError, TypeError, KeyError, RuntimeError):
            continue
        found = Made(rule, moves, rates) if rates is not None else None
        if found is not None and (found.lawful or (scheduled and moves.steps.changes)):
            return found
    return None


def _likely(moves: Moves, findings: Findings) -> Iterator[Rule | Hand]:
    asked, whole = moves.asked, bool(moves.steps.present.all())
    slips = [frozenset[Slip](found) for found in _slips(moves, findings)]
    family, settings = by_hand(moves)
    if whole:
        for memory in {part for value in findings.get("memory", ()) for part in value.split(" | ")} & {*AGAIN}:
            yield Rule(asked.family, asked.settings, memory)
    if whole and all(line in NUMBERS for each in slips for line, _ in each):
        if "rule" not in findings:
            yield Rule(asked.family, asked.settings)
        for declared, own in moves.declared:
            if hasattr(torch.optim, declared):
                yield Rule(declared, own)
                if "betas" in asked.settings:  # pairs are no part of what optimizers say
                    yield Rule(declared, {**own, "betas": asked.settings["betas"]})
        for other in findings.get("rule", ()):
            if hasattr(torch.optim, other):
                yield from (Rule(other, asked.settings), Rule(other, {}))
                yield Rule(other, {"betas": (asked.settings.get("momentum", 0.0), 0.999)})
        betas = asked.settings.get("betas")
        if betas and "betas" in findings:
            yield from (Rule(asked.family, {**asked.settings, "betas": pair}) for pair in (betas[::-1], USUAL["betas"]))
        for name, usual in USUAL.items():
            if name in findings and name != "betas":
                yield Rule(asked.family, {**asked.settings, name: not usual if isinstance(usual, bool) else usual})
    yield from (Hand(family, settings, each) for each in slips)
    yield Hand(family, settings)


def _solved(moves: Moves, findings: Findings) -> Iterator[Hand]:
    """The rule by hand whose numbers are solved for, where one was found that is on no list."""
    lines = {LINES_OF.get(channel, channel) for channel, values in findings.items() if {"other", "added"} & {*values}}
    if lines:
        family, settings = by_hand(moves)
        slips = explain(family, [(settings, moves.steps)], lambda _: True)
        if slips is not None and lines & {"momentum" if line == "fading" else line for line, _ in slips[0]}:
            yield Hand(family, settings, slips[0])


def _slips(moves: Moves, findings: Findings) -> list[set[Slip]]:
    """The lines that say something else, by what was found; where a number isn't told, each that it may be."""
    lines = adam.LINES if by_hand(moves)[0] == "Adam" else sgd.LINES
    found: list[set[Slip]] = [set()]
    for channel, values in findings.items():
        line = LINES_OF.get(channel, channel)
        if line in lines:
            options = [v for v in values if v in lines[line]] or ([*lines[line]] if "other" in values else [])
            found = [before | {(line, option)} for before in found for option in options[:40]] or found
    return [slips for slips in found if slips][:60]


Tell = Callable[[Made, CaseTrace], str | None]


def rule(by: Made, _trace: CaseTrace) -> str | None:
    """Another rule than asked for."""
    asked = by.moves.asked
    if by.family == asked.family or not isinstance(by.rule, Rule):
        return None
    mine = {**by.rule.settings, **({"lr": by.rate} if by.rate is not None else {})}
    names = [name for name in ("lr", "momentum", "weight_decay") if mine.get(name)]
    wanted = optimizer(asked.family, asked.settings, [name for name in ("lr", "momentum") if asked.settings.get(name)])
    return f"Your steps are those of {optimizer(by.family, mine, names)}; {wanted} was asked for."


def settings(name: str) -> Tell:
    """Another number than asked for."""

    def tell(by: Made, trace: CaseTrace) -> str | None:
        asked = by.moves.asked
        if not isinstance(by.rule, Rule):
            return _by_hand_number(by, name) or slips(by, trace)
        if by.family != asked.family:
            return None
        mine, wanted = by.rule.settings.get(name, USUAL[name]), asked.settings.get(name, USUAL[name])
        if setting(mine) == setting(wanted):
            return None
        return f"Your steps are those of {asked.family} with {name} {setting(mine)}; {setting(wanted)} was asked for."

    return tell


def _by_hand_number(by: Made, name: str) -> str | None:
    """The same of a rule by hand, which has the numbers asked for in all but its slips."""
    assert isinstance(by.rule, Hand)
    said = dict(by.rule.slips)
    asked = by.rule.settings
    if name == "betas" and "betas" in said:
        mine, wanted = adam._betas(asked, said["betas"]), tuple(asked["betas"])
        if mine != wanted and _alone(by, "betas", lambda option: adam._betas(asked, option) == mine):
            return f"Your m and v use betas {setting(mine)}; {setting(wanted)} are asked for."
    if name == "eps" and "epsilon" in said:
        own = adam._eps(asked, said["epsilon"])
        if own != asked["eps"] and _alone(by, "epsilon", lambda option: adam._eps(asked, option) == own):
            return f"Your ε is {number(own)}; {number(asked['eps'])} is asked for."
    return None


def _alone(by: Made, line: str, same: Callable[[str], bool]) -> bool:
    """Whether no other number in a line would have made the same steps."""
    assert isinstance(by.rule, Hand)
    rest = frozenset(slip for slip in by.rule.slips if slip[0] != line)
    others = [rest, *(rest | {(line, option)} for option in adam.LINES[line] if not same(option))]
    hands = (Hand(by.rule.family, by.rule.settings, other) for other in others)
    return all(hand.rates(by.moves.steps, len(by.moves.steps.given)) is None for hand in hands)


def rate(by: Made, _trace: CaseTrace) -> str | None:
    """Other learning rates than asked for."""
    apart_at = [k for k, own in enumerate(by.rates) if not math.isnan(own) and abs(own - by.asked(k)) > 1e-5 * abs(by.asked(k))]
    if not apart_at:
        return None
    k = apart_at[0]
    own, asked = by.rates[k], by.asked(k)
    if abs(own + asked) <= 1e-5 * abs(asked):
        return None  # uphill: another channel's
    if own == 0:
        return f"Your step {k + 1} moves nothing; lr {number(asked)} is asked for there."
    if by.rate is not None and not by.moves.steps.changes:
        ratio = own / asked
        factor = ""
        if ratio > 1 and number(ratio, 3) == number(ratio, 6):
            factor = f" Each is {number(ratio, 3)} times as long as lr {number(asked)} makes it."
        elif 0 < ratio < 1 and number(1 / ratio, 3) == number(1 / ratio, 6):
            factor = f" With lr {number(asked)} each is {number(1 / ratio, 3)} times as long."
        those = "have" if isinstance(by.rule, Hand) and by.rule.slips else f"are those of {by.family} with"
        return f"Your steps {those} lr {number(own)}; {number(asked)} was asked for.{factor}"
    epoch = by.moves.steps.epoch[k] if k < len(by.moves.steps.epoch) else 0
    first = next(n for n, e in enumerate(by.moves.steps.epoch) if e == epoch)
    where = f"In epoch {epoch + 1}" if by.moves.steps.epoch[-1] and k == first else f"At step {k + 1}"
    before = ", as those before" if k and abs(own - by.asked(k - 1)) <= 1e-5 * own else ""
    return f"{where} your steps are those of lr {number(own)}{before}; {number(asked)} is asked for there."


def direction(by: Made, trace: CaseTrace) -> str | None:
    """Uphill."""
    steps = by.moves.steps
    where = _columns(by.moves, trace)
    for at in torch.argsort(steps.given[0].abs(), descending=True).tolist():
        g, change, before = float(steps.given[0, at]), float(steps.change[0, at]), float(steps.before[0, at])
        if by.rates and by.rates[0] < 0 and g * change > 0 and apart(before, before + change):
            there = "smaller" if g > 0 else "larger"
            name = place(trace, where[at])
            grows = f"At step 1 the gradient of {name} is {number(g)}, so {name} has to get {there}"
            return f"{grows}; you take it from {number(before)} to {number(before + change)}."
    return None


def memory(by: Made, trace: CaseTrace) -> str | None:
    """A memory that is lost, or mixed up."""
    if isinstance(by.rule, Hand):
        return slips(by, trace)
    said = AGAIN.get(by.rule.forgets)
    return (
        _with_numbers(f"Your steps are those of a torch.optim.{by.family} that begins again {said}", by, trace)
        if said
        else None
    )


AGAIN = {
    "each epoch": "in each epoch",
    "each step": "at each step",
    "each rate": "when lr changes",
    "each optimizer": "with each new one that you make",
}


def lines(rule: Hand) -> list[str | None]:
    """What the lines of a rule by hand say instead; None where there are no words for it."""
    asked = rule.settings
    told = [each for each in sorted(rule.slips) if each[0] != "dampening" or asked.get("dampening")]
    if rule.family == "SGD" and not asked.get("momentum") and ("velocity", "previous") in told:
        return ["Your step uses the gradient of the step before it"]  # without momentum that is the velocity
    return [slip(rule.family, *each) for each in told]


def slips(by: Made, trace: CaseTrace) -> str | None:
    """A line that says something else."""
    if not isinstance(by.rule, Hand):
        return None
    told = list(filter(None, lines(by.rule)))
    return _with_numbers(". ".join(told), by, trace) if told else None


def _with_numbers(words: str, by: Made, trace: CaseTrace) -> str | None:
    """The same, and how far a coordinate moves, and how far it should; None where it doesn't show in this case."""
    steps = by.moves.steps
    family, asked = by_hand(by.moves)
    right = Hand(family, asked)
    where = _columns(by.moves, trace)
    best: tuple[float, int, int, float, float] | None = None
    for k, toward in enumerate(right.directions(steps, len(steps.given))):
        gaps: list[tuple[float, int]] = []
        for at in range(len(where)):
            own, should = float(steps.change[k, at]), float(toward[at]) * steps.rate(k)
            if apart(own, should) or (not math.isfinite(own) and math.isfinite(should)):
                size = max(abs(own), abs(should))
                gaps.append((abs(own - should) / size if math.isfinite(size) else 1.0, at))
        if gaps:
            gap, at = max(gaps)
            if best is None or gap > 4 * best[0]:  # early steps are easier to follow
                best = gap, k, at, float(steps.change[k, at]), float(toward[at]) * steps.rate(k)
    if best is None:
        return None
    gap, k, at, own, should = best
    if number(own) == number(should):
        return None
    ratio = own / should if should else math.nan
    factor = f", {number(ratio, 3)} times as much" if 1.5 < ratio < 1e5 else ""
    name = place(trace, where[at])
    moved = f"moves {name} by {number(own)}{factor}" if math.isfinite(own) else f"makes {name} {own}"
    return f"{words}. Your step {k + 1} {moved}; by {by.moves.asked.family}'s rule it is {number(should)}."


def _columns(moves: Moves, trace: CaseTrace) -> list[int]:
    """For each coordinate of the steps, its place in a flattened row."""
    found, at = [], 0
    numbers = set(moves.steps.tensors.tolist())
    for n, (_, shape, _) in enumerate(trace.layout):
        size = math.prod(shape)
        found += list(range(at, at + size)) if n in numbers else []
        at += size
    return found


def identified(by: Made) -> str | None:
    """Which rule made all steps, and to how many digits."""
    asked = by.moves.asked
    rates = [by.asked(k) if abs(own - by.asked(k)) <= RATE * abs(by.asked(k)) else own for k, own in enumerate(by.rates)]
    gap = _gap(by, rates)
    if gap is None or gap > EXACTLY:
        return None
    told = [r for r in rates if not math.isnan(r)]
    ends = {number(told[0]), number(told[-1])} if told else set()
    lr = {0: "", 1: f"lr {number(told[0])}" if told else ""}.get(len(ends), f"lr from {number(told[0])} to {number(told[-1])}")
    mine = by.rule.settings if isinstance(by.rule, Rule) else asked.settings
    others = [f"{name} {setting(mine[name])}" for name in SETTINGS[1:] if name in mine and _unusual(name, mine[name])]
    said = ", ".join(filter(None, (lr, *others)))
    exactly = "to the last digit" if gap == 0 else f"to {gap:.0e}".replace("e-0", "e-")
    forgets = f", begun again at {by.rule.forgets}" if isinstance(by.rule, Rule) and by.rule.forgets else ""
    slipped = ""
    if isinstance(by.rule, Hand) and by.rule.slips:
        words = lines(by.rule)
        if not all(words):
            return None
        slipped = f", but for {'one line' if len(words) == 1 else f'{len(words)} lines'}"
        exactly = f"{exactly}. {'. '.join(filter(None, words))}"
    return f"Your steps are torch.optim.{by.family}'s{f' with {said}' if said else ''}{forgets}{slipped}, {exactly}."


def _unusual(name: str, value: object) -> bool:
    return name == "alpha" or (name in USUAL and setting(value) != setting(USUAL[name]))


def _gap(by: Made, rates: list[float]) -> float | None:
    """The largest relative difference between the steps and the rule's."""
    steps, largest = by.moves.steps, 0.0
    scale: Tensor = steps.change.abs().amax(1)
    for k, toward in enumerate(by.rule.directions(steps, len(steps.given))):
        if not math.isnan(rates[k]) and float(scale[k]) > 0:
            gap = float((steps.change[k] - rates[k] * toward).abs().max()) / float(scale[k])
            largest = max(largest, gap if math.isfinite(gap) else math.inf)
    return largest if math.isfinite(largest) else None


TELL: dict[str, Tell] = {
    "rule": rule,
    **{name: settings(name) for name in USUAL},
    "rate": rate,
    "direction": direction,
    "memory": memory,
    **{line: slips for lines in (sgd.LINES, adam.LINES) for line in lines if line not in ("memory", *USUAL)},
    "place of eps": slips,
}
