"""Which of torch's update rules it is: from weights and gradients before each step, and the weights after, to its numbers.

A rule is run with learning rate 1 on what the steps were given; where it is the right one, each step is a multiple
of what comes out, and the multiple is the learning rate (every rule here is linear in it).
"""

import inspect
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from grader.diagnosis.rules.steps import MOST, Steps, rates_of
from grader.reference import take_step, without_dynamo

FAMILIES = ("SGD", "Adam", "AdamW", "RMSprop", "NAdam", "Adamax", "RAdam", "Adagrad", "Rprop", "Adadelta")


@dataclass(frozen=True)
class Rule:
    """An optimizer of torch's with its settings, but the learning rate; `forgets`: when its memory starts anew."""

    family: str
    settings: Mapping[str, Any]
    forgets: str = ""

    def directions(self, steps: Steps, most: int = MOST) -> Iterator[Tensor]:
        """(P,) for each step where it would lead at learning rate 1."""
        place = torch.nn.Parameter(torch.zeros(steps.before.shape[1], dtype=torch.float64))
        optimizer: torch.optim.Optimizer | None = None
        for number in range(min(len(steps.before), most)):
            if optimizer is None or self._starts_anew(steps, number):
                with without_dynamo():
                    optimizer = getattr(torch.optim, self.family)([place], lr=1.0, **_known(self.family, self.settings))
            place.data = steps.before[number].clone()
            place.grad = steps.given[number].clone()
            take_step(optimizer)
            yield place.detach() - steps.before[number]

    def _starts_anew(self, steps: Steps, number: int) -> bool:
        match self.forgets:
            case "each step":
                return True
            case "each epoch":
                return number > 0 and steps.epoch[number] != steps.epoch[number - 1]
            case "each optimizer":
                return number > 0 and steps.anew[number] != steps.anew[number - 1]
            case "each rate":
                return (
                    number > 0
                    and steps.asked[min(number, len(steps.asked) - 1)] != steps.asked[min(number, len(steps.asked)) - 1]
                )
        return False

    def rates(self, steps: Steps, most: int = MOST) -> list[float] | None:
        """The learning rate of each step; see `rates_of`."""
        return rates_of(self.directions(steps, most), steps)


def _known(family: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those settings that the family has."""
    names = inspect.signature(getattr(torch.optim, family).__init__).parameters
    found = {
        name: value
        for name, value in settings.items()
        if name in names and name not in ("lr", "params", "maximize", "foreach", "fused")
    }
    if found.get("nesterov") and (not found.get("momentum") or found.get("dampening")):
        found["nesterov"] = False
    return found


def candidates(family: str, asked: Mapping[str, Any], declared: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Rule]:
    """Rules worth a try, likely ones first: what was asked, what the optimizers said of themselves, slips from either."""
    seen: list[tuple[str, dict[str, Any]]] = []

    def new(family: str, settings: Mapping[str, Any]) -> Iterator[Rule]:
        known = _known(family, settings)
        if (family, known) not in seen:
            seen.append((family, known))
            yield Rule(family, known)

    yield from new(family, asked)
    for other, settings in declared:
        if other in FAMILIES:
            yield from new(other, settings)
            yield from new(other, {**settings, **{k: v for k, v in asked.items() if k == "betas"}})
    for settings in _slips(family, asked):
        yield from new(family, {**asked, **settings})
    for other in FAMILIES:
        if other != family:
            yield from new(other, asked)
            yield from new(other, {})
            if other in ("SGD", "Adam", "AdamW", "RMSprop"):
                for settings in _slips(other, asked):
                    yield from new(other, settings)


def _slips(family: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    momentum, betas = asked.get("momentum", 0.0), asked.get("betas", (0.9, 0.999))
    if family == "SGD":
        for mu in (0.0, 0.9, momentum, 0.5, 0.99, 0.8, 0.95, 1.0):
            for nesterov in (False, True):
                yield {"momentum": mu, "nesterov": nesterov, "dampening": 0.0}
            yield {"momentum": mu, "dampening": mu}
            yield {"momentum": mu, "dampening": 0.9}
            yield {"momentum": mu, "dampening": 0.1}
            yield {"momentum": mu, "dampening": 0.5}
    elif family == "RMSprop":
        for alpha in (0.99, 0.9, 0.999, betas[1]):
            yield {"alpha": alpha}
    elif family in ("Adam", "AdamW"):
        for pair in (
            (0.9, 0.999),
            tuple(reversed(betas)),
            (0.999, 0.9),
            (0.9, 0.99),
            (0.9, 0.9),
            (0.0, 0.999),
            (0.99, 0.999),
            (0.95, 0.999),
            (0.5, 0.999),
            (0.8, 0.999),
            (0.9, 0.95),
            (0.0, 0.99),
            (0.999, 0.999),
            (0.0, 0.0),
            (0.99, 0.9),
        ):
            yield {"betas": pair}
        for eps in (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1e-10, 1e-12, 1e-16, 0.0, 1.0):
            yield {"eps": eps}
        yield {"amsgrad": True}
        for decay in (0.01, 0.1, 0.001, 0.0001, 0.3, 0.05, 0.5):
            yield {"weight_decay": decay}


FREE = {
    "SGD": (("momentum",), ("weight_decay",), ("momentum", "dampening"), ("momentum", "weight_decay")),
    "Adam": (("beta1", "beta2"), ("eps",), ("weight_decay",), ("beta1", "beta2", "eps")),
    "AdamW": (("weight_decay",), ("beta1", "beta2")),
    "RMSprop": (("alpha",), ("alpha", "eps")),
}


def fitted(rule: Rule, steps: Steps) -> Rule | None:
    """The rule of the same family with whatever numbers explain the steps; None where none do."""
    for names in FREE.get(rule.family, ()):
        found = _fit(rule, names, steps, 0.8)
        if found is not None and found.rates(steps) is not None:
            return found
    return None


def _with(rule: Rule, names: Sequence[str], values: Sequence[float]) -> Rule:
    settings = dict(rule.settings)
    betas = list(settings.get("betas", (0.9, 0.999)))
    for name, value in zip(names, values, strict=True):
        if name in ("beta1", "beta2"):
            betas[name == "beta2"] = 1 / (1 + math.exp(-value))
        elif name in ("eps", "weight_decay"):
            settings[name] = math.exp(value)
        else:
            settings[name] = 1 / (1 + math.exp(-value))
    if "betas" in settings or any(name.startswith("beta") for name in names):
        settings["betas"] = tuple(betas)
    return Rule(rule.family, settings, rule.forgets)


def _fit(rule: Rule, names: Sequence[str], steps: Steps, start: float) -> Rule | None:
    """Gauss-Newton with damping (Levenberg 1944) on the first steps, with every rate the best there is."""
    most = 4 if len(names) == 1 else 6

    def residual(values: Tensor) -> Tensor | None:
        try:
            directions = list(_with(rule, names, values.tolist()).directions(steps, most))
        except (ValueError, OverflowError):
            return None
        rows = []
        for direction, change in zip(directions, steps.change, strict=False):
            size = float(direction @ direction)
            rate = float(change @ direction) / size if size > 0 else 0.0
            norm = float(change.norm())
            rows.append((change - rate * direction) / norm if norm > 0 else change)
        out = torch.cat(rows)
        return out if bool(torch.isfinite(out).all()) else None

    def begin(name: str) -> float:
        return {"eps": math.log(1e-4), "weight_decay": math.log(0.05)}.get(name, math.log(start / (1 - start)))

    at = torch.tensor([begin(name) for name in names], dtype=torch.float64)
    here = residual(at)
    damping = 1e-3
    for _ in range(12):
        if here is None:
            return None
        error = float(here @ here)
        if error < 1e-20:
            break
        columns = []
        for number in range(len(names)):
            moved = at.clone()
            moved[number] += 1e-6
            there = residual(moved)
            if there is None:
                return None
            columns.append((there - here) / 1e-6)
        J = torch.stack(columns, 1)
        for _ in range(6):
            step = torch.linalg.solve(J.T @ J + damping * torch.eye(len(names), dtype=torch.float64), -J.T @ here)
            trial = at + step.clamp(-3, 3)
            there = residual(trial)
            if there is not None and float(there @ there) < error:
                at, here, damping = trial, there, damping / 10
                break
            damping *= 10
        else:
            break
    return _with(rule, names, at.tolist()) if here is not None and float(here @ here) < 1e-12 else None


def identify(
    family: str, asked: Mapping[str, Any], declared: Sequence[tuple[str, Mapping[str, Any]]], steps: Steps, deeply: bool
) -> Rule | None:
    """The rule of torch's that made all these steps, of whatever learning rates; None where none is found.

    Args:
        deeply: look for numbers that nobody thought of, too.
    """

    def holds(rule: Rule) -> bool:
        return rule.rates(steps, 3) is not None and rule.rates(steps) is not None

    plain = Rule(family, _known(family, asked))
    if deeply:
        starts = (plain, *(Rule(other, {}) for other in ("SGD", "Adam", "RMSprop") if other != family))
        return next(filter(None, (fitted(start, steps) for start in starts)), None)
    if holds(plain):
        return plain
    if len(set(steps.anew)) > 1:
        again = next((r for r in (Rule(family, plain.settings, f) for f in FORGETS) if holds(r)), None)
        if again is not None:
            return again
    likely = list(candidates(family, asked, declared))
    for rule in likely:
        if holds(rule):
            return rule
    for rule in likely[:4]:
        again = next((r for r in (Rule(rule.family, rule.settings, f) for f in FORGETS) if holds(r)), None)
        if again is not None:
            return again
    return None


FORGETS = ("each epoch", "each step", "each rate", "each optimizer")
