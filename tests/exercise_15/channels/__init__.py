"""What isn't as it should be in the trials of a choice: each is walked once more, as its optimizer and the loop were made.

Only the first trials are on record. Whatever comes after them, a rate that was misjudged say, is no channel's.
"""

import ast
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from grader.checks.run import JudgedCase
from grader.reference import take_step, without_dynamo

UNCLEAR = "?"
CLOSE, CLOSE_SINGLE = 1e-7, 1e-3  # relative, of losses
TRIALS, STEPS = 3, 5  # trials that are walked once more, and steps of each
DEFAULT_RATE = 1e-3
GOOD_ALREADY = 0.75  # mean share of answers that aren't looked at
FACTORS = (10.0, 0.1, 30.0, 1 / 30, 5.0, 0.2, 50.0, 0.02, 100.0, 0.01, 3.0, 1 / 3)
OTHER = {"adam": "sgd", "sgd": "adam"}
FEW = 12  # steps that don't tell how sixty will end


@dataclass
class Trial:
    """What is on record from one optimizer to the next.

    Attributes:
        family: the optimizer's class.
        losses: those that were differentiated.
        kinds: of its events.
        leaf: whether a loss was made anew, cut off from what it came from.
        more: steps that aren't on record.
    """

    family: str
    settings: dict[str, Any]
    losses: list[float] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    leaf: bool = False
    more: int = 0


def channels(cases: Sequence[JudgedCase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What isn't as it should be, as (channel, the values that hold): the answers, where the trials are as they should be."""
    found = list(of_trials(cases)) or list(of_answers(cases))
    yield from found or of_lengths([whole_trials(trials_of(case)) for case in cases])


def of_trials(cases: Sequence[JudgedCase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What isn't as it should be in the trials."""
    told = [(case, trials_of(case)) for case in cases]
    trials = [trial for _, some in told for trial in some]
    if not trials:
        moved = any(event.kind in ("backward", "step_end") for case in cases for event in case.trace.events)
        if not moved and not any(case.trace.error for case in cases):
            yield "trial", ("none",)
        return
    yield from of_optimizers(trials)
    yield from of_events(trials)
    laws = [law_of(case, some) for case, some in told if any(trial.losses for trial in some)]
    common = [law for law in LAWS if laws and all(law in found for found in laws)]
    if laws and "" not in common:
        yield "moves", (common[0] if common else UNCLEAR,)


def trials_of(case: JudgedCase) -> list[Trial]:
    """The trials on record; those whose optimizer is none of torch's are no trials here."""
    found: list[Trial] = []
    for event in case.trace.events:
        if event.kind == "optimizer":
            if found:
                found[-1].more = int((event.detail.get("let_go") or {}).get("step_end", 0))
            family = event.detail.get("shipped")
            found.append(Trial(str(family or ""), settings_of(event.detail.get("settings") or {})))
        elif found and event.kind in ("zero_grad", "backward", "step_end"):
            found[-1].kinds.append(event.kind)
            if event.kind == "backward":
                value = event.detail.get("loss")
                found[-1].losses.append(float.fromhex(value) if isinstance(value, str) else math.nan)
                found[-1].leaf |= bool(event.detail.get("leaf"))
    return [trial for trial in found if trial.family]


def settings_of(told: dict[str, str]) -> dict[str, Any]:
    """Settings as the recorder wrote them down; what is no plain value is left out."""
    found = {}
    for name, value in told.items():
        try:
            found[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError, TypeError):
            continue
    return found


def of_optimizers(trials: Sequence[Trial]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the optimizers are that are tried."""
    others = {trial.family for trial in trials} - {"Adam", "SGD"}
    if others:
        yield "rule", (" and ".join(sorted(others)),)
    rates = {trial.settings.get("lr") for trial in trials}
    if rates == {DEFAULT_RATE} and len(trials) > 1:
        yield "rates", ("always the default",)
    if any(trial.settings.get("maximize") for trial in trials):
        yield "maximize", ("on",)
    if any(trial.settings.get("momentum") for trial in trials):
        yield "momentum", ("added",)


def of_answers(cases: Sequence[JudgedCase]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What answers have in common: all are one, or good but for a factor of the rate, or for the name of the optimizer."""
    judge = cases[0].reference.sources.plan
    hidden = [case for case in cases if not case.reference.case.shown]
    if len(hidden) < 3 or not all(judge.usable(case.trace.returned) for case in hidden):
        return
    if all(case.trace.returned == hidden[0].trace.returned for case in hidden):
        yield "answer", ("the same everywhere",)
        return
    shares = {id(case): judge.share(case.reference, case.trace.returned) for case in hidden}
    worst_first = sorted(hidden, key=lambda case: shares[id(case)])
    if sum(shares.values()) > GOOD_ALREADY * len(hidden):
        return
    for factor in FACTORS:
        if all(good(judge, case, case.trace.returned["optimizer"], factor) for case in worst_first):
            yield "answer", ("off by a factor",)
            return
    if all(good(judge, case, OTHER[case.trace.returned["optimizer"]], 1.0) for case in worst_first):
        yield "answer", ("of the other optimizer",)


def good(judge: Any, case: JudgedCase, optimizer: str, factor: float) -> bool:
    """Whether an answer would earn full marks with this optimizer, and its rate divided by a factor."""
    rate = case.trace.returned["lr"] / factor
    return bool(judge.share(case.reference, {"optimizer": optimizer, "lr": rate}) >= 1.0)


def whole_trials(trials: Sequence[Trial]) -> list[int]:
    """How many steps each but the last took."""
    return [trial.kinds.count("step_end") + trial.more for trial in trials[:-1]]


def of_lengths(lengths: Sequence[list[int]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """How long the trials are, where all of them are short."""
    longest = max((max(some) for some in lengths if some), default=0)
    if 0 < longest < FEW:
        yield "length", ("a few steps", f"{longest} steps")


def of_events(trials: Sequence[Trial]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a turn of the loop is made of."""
    passes = sum(trial.kinds.count("backward") for trial in trials)
    steps = sum(trial.kinds.count("step_end") for trial in trials)
    if not passes:
        yield "passes", ("none",)
    elif steps and passes > 1.5 * steps:
        yield "passes", ("twice",)
    if not steps:
        yield "steps", ("none",)
    elif passes and steps > 1.5 * passes:
        yield "steps", ("twice",)
    if passes and steps and all(first_of(trial) == "step_end" for trial in trials if trial.losses):
        yield "order", ("a step before any pass",)
    if len(trials) > 5 and all(len(trial.losses) <= 1 for trial in trials):
        yield "optimizers", ("one for each step",)
    if any(trial.leaf for trial in trials):
        yield "reached", ("none, from a leaf",)


def first_of(trial: Trial) -> str:
    """Whether a step or a pass comes first."""
    return next((kind for kind in trial.kinds if kind in ("backward", "step_end")), "")


# How a trial walks: the laws are tried in this order.

LAWS: dict[str, dict[str, Any]] = {
    "": {},
    "stands still": {"moves": False},
    "gradients add up": {"keeps": True},
    "uphill": {"sign": -1.0},
    "two steps along each gradient": {"times": 2},
    "goes on from the last trial": {"goes_on": True},
}


class Walker:
    """Somebody in a case's valley, who walks as an optimizer does."""

    def __init__(self, case: JudgedCase, keeps: bool = False, sign: float = 1.0, moves: bool = True, times: int = 1) -> None:
        """Stand at the start. `keeps`: whether gradients add up; `times`: how often a gradient is stepped along."""
        self.valley, self.keeps, self.sign, self.times = valley_of(case), keeps, sign, times if moves else 0
        sizes = (self.valley.dimension - 2, 2)
        self.parameters = [torch.zeros(n, dtype=self.valley.dtype, requires_grad=True) for n in sizes]
        self.noise = torch.Generator().manual_seed(case.reference.case.arguments.get("seed", 15) + 1)
        self.optimizer: torch.optim.Optimizer | None = None

    def take(self, trial: Trial) -> None:
        """Go on with a trial's optimizer, and no gradient."""
        with without_dynamo():
            self.optimizer = getattr(torch.optim, trial.family)(self.parameters, **trial.settings)
        for p in self.parameters:
            p.grad = None

    def loss(self) -> float:
        """The loss here, once the gradient of the last one has been stepped along."""
        if self.optimizer is not None and self.parameters[0].grad is not None:
            for _ in range(self.times):
                take_step(self.optimizer)
        loss = self.sign * self.valley.loss(torch.cat(self.parameters)[None], self.noise)[0]
        for p, gradient in zip(self.parameters, torch.autograd.grad(loss, self.parameters), strict=True):
            p.grad = gradient if p.grad is None or not self.keeps else p.grad + gradient
        return float(loss.detach())


def law_of(case: JudgedCase, trials: Sequence[Trial]) -> list[str]:
    """The laws by which all trials of a case walk."""
    return [name for name, how in LAWS.items() if fits(case, trials, **how)]


def fits(case: JudgedCase, trials: Sequence[Trial], goes_on: bool = False, **how: Any) -> bool:
    """Whether these losses are met; `goes_on`: each trial begins where the last one ended, in place and noise."""
    close = CLOSE if valley_of(case).dtype == torch.float64 else CLOSE_SINGLE
    walker = Walker(case, **how)
    for number, trial in enumerate(trials[:TRIALS]):
        if number and not goes_on:
            walker = Walker(case, **how)
        elif walker.optimizer is not None:
            take_step(walker.optimizer)
        walker.take(trial)
        for wanted in single(trial)[: None if goes_on else STEPS]:
            loss = walker.loss()
            if (
                loss != wanted
                and not abs(loss - wanted) <= close * abs(wanted)
                and not (math.isnan(loss) and math.isnan(wanted))
            ):
                return False
    return True


def single(trial: Trial) -> list[float]:
    """The losses, each once where each is differentiated twice."""
    twice = len(trial.losses) > 1 and trial.losses[::2] == trial.losses[1::2] and len(trial.losses) % 2 == 0
    return trial.losses[::2] if twice and trial.losses[0] != trial.losses[-1] else trial.losses


def valley_of(case: JudgedCase) -> Any:
    """The case's valley."""
    options = {name: value for name, value in case.reference.case.arguments.items() if name != "budget"}
    return VALLEYS.setdefault((case.reference.case.name, repr(options)), case.reference.sources.problem.Valley(**options))


VALLEYS: dict[tuple[str, str], Any] = {}
