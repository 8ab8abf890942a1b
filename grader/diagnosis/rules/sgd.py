"""SGD by hand, line by line, and what each line may say instead."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from grader.diagnosis.rules.alias import ALIASES, Alias
from grader.diagnosis.rules.missing import present
from grader.diagnosis.rules.said import DTYPES, Said, is_number, one, rounded
from grader.diagnosis.rules.steps import Steps

MOMENTA = ("0.9", "0.5", "0.99", "0.95", "0.8")
DAMPENINGS = ("0.9", "0.5", "0.1")
OTHERS = ("Adam", "Adam, one count", "Adam with momentum as beta1", "Adam with momentum as beta1, one count")
LINES: dict[str, tuple[str, ...]] = {
    "gradient": tuple(DTYPES),
    "velocity": (
        *("averaged", "averaged, dampened", "averaged, dampened after the first", "averaged after the first"),
        *("previous", "previous, zero at first", "previous unless it looks ahead", "lr inside"),
        *("sum", "scaled by mu first", "scaled as a whole", "negative"),
    ),
    "dampening": (
        *("none", "as a factor", "as a factor, unless it is 0", "without momentum, first too", "first too", "twice"),
        *("as momentum", "as momentum, unless given", "without momentum", "first twice"),
        *(f"default is {number}" for number in DAMPENINGS),
    ),
    "nesterov": (
        *("off", "on", "inverted", "or nothing", "old gradient", "old gradient, zero at first", "twice", "gradient scaled"),
        *("copy of the old gradient", "copy of the old gradient, zero at first"),
        *("velocity alone scaled", "unscaled", "along the old velocity"),
    ),
    "momentum": (
        *("none", "squared", "one minus", "half"),
        *(f"{number} where there is one" for number in MOMENTA),
        *(f"default is {number}" for number in MOMENTA),
        *MOMENTA,
    ),
    "decay": (
        *("none", "doubled", "behind the velocity", "shrinks before", "times lr", "both", "in velocity only", "undampened"),
        *("with momentum only", "without momentum only", "lookahead without", "after the first", "shrinks after"),
        *("without lr", "after, without lr", "negative", "half", "vectors spared"),
    ),
    "memory": ("each step", "each clearing", *ALIASES),
    "update": (*OTHERS, "RMSprop", "sign"),
    "scale": ("over the parameters",),
    "missing": ("as zero", "ends the step", "stops all", "coasts", "rolls on", "fades", "decays"),
}


def walk(steps: Steps, settings: Mapping[str, Any], said: Said, most: int) -> Iterator[Tensor]:
    """(N, P) for each step the change over the learning rate asked for, by each of N rules.

    Args:
        settings: momentum, dampening, nesterov, and the names of what was passed ("passed").
        said: what lines say instead.
    """
    mu = said.number("momentum", lambda option: _momentum(settings, option))
    fade = said.number("fading", lambda option: float(option or "nan"))
    fade = torch.where(fade.isnan(), mu, fade)
    keep = _keep(settings, said, mu)
    looks = torch.tensor([[bool(settings.get("nesterov"))]])
    looks = said.choose(
        "nesterov", looks, {"off": lambda: looks & False, "on": lambda: looks | True, "inverted": lambda: ~looks}
    )
    rolls = (mu != 0) | said.says("dampening", "without momentum", "without momentum, first too")
    decay = _decay(steps, said)
    over = said.number("scale", lambda option: _scale(option, steps))
    anew = said.says("memory", "each step", *(["each clearing"] if steps.clears == "yours" else []))
    alias = Alias(steps, said) if said.any("memory", *ALIASES) else None
    other = _Other(settings, said) if said.any("update") else None
    b = last = torch.zeros(1, steps.given.shape[1], dtype=torch.float64)
    begun = seen = b != 0
    same = (decay == 0) & (steps.clears == "in_place")
    for k in range(min(len(steps.given), most)):
        lr, here, there = steps.rate(k), present(steps, k, said), steps.present[k][None]
        g, shrink = rounded(said, steps.given[k][None]), decay * steps.before[k]
        begun = begun & ~anew
        v, ahead, plain = _decayed(said, g, shrink, begun, lr)

        old = b
        if alias is not None:
            b, v = alias.begin(k, b, v, mu, keep)
        inner = said.choose("velocity", one(1.0), {"lr inside": lambda lr=lr: one(lr)})  # type: ignore[misc]
        new = _velocity(said, b, inner * v, mu, fade, keep, begun)
        new = said.choose("decay", new, {"undampened": lambda new=new, inner=inner, shrink=shrink: new + inner * shrink})  # type: ignore[misc]
        b = torch.where(here, new, b)
        gone = ~there & begun & rolls
        b = said.choose("missing", b, dict.fromkeys(("fades", "coasts"), lambda b=b, gone=gone: torch.where(gone, mu * b, b)))  # type: ignore[misc]
        used = said.choose("velocity", b, dict.fromkeys(("previous", "previous, zero at first"), lambda old=old: old)) / inner  # type: ignore[misc]

        if alias is not None:
            ahead = alias.ahead(ahead, b)
        along = _look_ahead(said, ahead, used, mu, old / inner, last, seen, same)
        alone = said.choose("nesterov", used, {"or nothing": partial(_same, plain)})
        before = torch.where(begun, old / inner, 0.0)
        alone = said.choose("velocity", alone, {"previous unless it looks ahead": partial(_same, before)})
        step = torch.where(rolls, torch.where(looks, along, alone), plain)
        if other is not None:
            step = other(step, plain, here)
        last, seen = torch.where(there, ahead, last), seen | there
        step = torch.where(here, over * (step + _beside(said, shrink, step, decay, lr)), 0.0)
        if said.any("missing", "coasts", "rolls on", "decays"):
            rolling = said.choose("missing", step, dict.fromkeys(("coasts", "rolls on"), lambda b=b: over * b))  # type: ignore[misc]
            step = torch.where(gone, rolling, step)
            step = torch.where(~there & said.says("missing", "decays"), over * shrink, step)
        if alias is not None:
            b = alias.end(b, begun, here)
        begun = begun | here
        yield -step.expand(said.count, -1)


def _decayed(said: Said, g: Tensor, shrink: Tensor, begun: Tensor, lr: float) -> tuple[Tensor, Tensor, Tensor]:
    """The gradient with its decay: for the velocity, for the look-ahead, and where there is no momentum."""
    within = said.choose(
        "decay",
        shrink,
        {
            **dict.fromkeys(
                ("none", "behind the velocity", "shrinks before", "shrinks after", "without lr", "after, without lr"),
                lambda: 0 * shrink,
            ),
            "doubled": lambda: 2 * shrink,
            "half": lambda: shrink / 2,
            "negative": lambda: -shrink,
            "times lr": lambda: lr * shrink,
        },
    )
    late = said.choose("decay", within, {"after the first": lambda: torch.where(begun, shrink, 0.0)})

    def without(within: Tensor, *options: str) -> Tensor:
        return g + said.choose("decay", within, dict.fromkeys(options, lambda: 0 * shrink))

    return (
        without(late, "undampened", "without momentum only"),
        without(late, "in velocity only", "lookahead without", "without momentum only"),
        without(within, "in velocity only", "with momentum only"),
    )


def _velocity(said: Said, b: Tensor, v: Tensor, mu: Tensor, fade: Tensor, keep: Tensor, begun: Tensor) -> Tensor:
    """The velocity, given what is to go in; `fade`: what is left of the old one."""
    usual = fade * b + keep * v
    later = said.choose(
        "velocity",
        usual,
        {
            **dict.fromkeys(("averaged", "averaged after the first"), lambda: mu * b + (1 - mu) * v),
            **dict.fromkeys(("averaged, dampened", "averaged, dampened after the first"), lambda: mu * b + (1 - mu) * keep * v),
            "sum": lambda: b + keep * v,
            "scaled as a whole": lambda: mu * (b + keep * v),
            "negative": lambda: keep * v - mu * b,
        },
    )
    first = said.choose("dampening", v, dict.fromkeys(("first too", "without momentum, first too"), lambda: keep * v))
    first = said.choose("dampening", first, {"first twice": lambda: keep * keep * v})
    first = said.choose(
        "velocity",
        first,
        {
            **dict.fromkeys(("averaged", "averaged, dampened after the first"), lambda: (1 - mu) * v),
            "averaged, dampened": lambda: (1 - mu) * keep * v,
            "scaled by mu first": lambda: mu * v,
            "scaled as a whole": lambda: mu * keep * v,
            "previous, zero at first": lambda: keep * v,
        },
    )
    return torch.where(begun, later, first)


def _look_ahead(
    said: Said, d: Tensor, used: Tensor, mu: Tensor, old: Tensor, last: Tensor, seen: Tensor, same: Tensor
) -> Tensor:
    """The step where nesterov is True. `seen`: whether there was a gradient before, `same`: as the same tensor as now."""
    return said.choose(
        "nesterov",
        d + mu * used,
        {
            "old gradient": lambda: torch.where(seen & ~same, last, d) + mu * used,
            "old gradient, zero at first": lambda: torch.where(seen & same, d, last) + mu * used,
            "copy of the old gradient": lambda: torch.where(seen, last, d) + mu * used,
            "copy of the old gradient, zero at first": lambda: last + mu * used,
            "twice": lambda: d + mu * (d + mu * used),
            "gradient scaled": lambda: mu * d + used,
            "velocity alone scaled": lambda: mu * used,
            "unscaled": lambda: d + used,
            "along the old velocity": lambda: d + mu * old,
        },
    )


def _same(value: Tensor) -> Tensor:
    return value


def _beside(said: Said, shrink: Tensor, step: Tensor, decay: Tensor, lr: float) -> Tensor:
    """Decay beside the step."""
    return said.choose(
        "decay",
        one(0.0),
        {
            **dict.fromkeys(("behind the velocity", "shrinks before", "both"), lambda: shrink),
            "shrinks after": lambda: shrink - lr * decay * step,
            "without lr": lambda: shrink / lr,
            "after, without lr": lambda: shrink / lr - decay * step,
        },
    )


class _Other:
    """The step of another optimizer, with torch's defaults."""

    def __init__(self, settings: Mapping[str, Any], said: Said) -> None:
        momentum = one(settings.get("momentum", 0.0))
        self._b1 = said.choose("update", one(0.9), dict.fromkeys(OTHERS[2:], lambda: momentum))
        self._said = said
        self._m = self._v = self._t = self._mean = one(0.0)
        self._k = 0

    def __call__(self, step: Tensor, d: Tensor, here: Tensor) -> Tensor:
        self._k += 1
        self._t = self._t + here
        t = self._said.choose("update", self._t.clamp(min=1), dict.fromkeys(OTHERS[1::2], lambda: one(self._k)))
        self._m = torch.where(here, self._b1 * self._m + (1 - self._b1) * d, self._m)
        self._v = torch.where(here, 0.999 * self._v + 0.001 * d * d, self._v)
        self._mean = torch.where(here, 0.99 * self._mean + 0.01 * d * d, self._mean)
        adam = self._m / (1 - self._b1**t) / ((self._v / (1 - 0.999**t)).sqrt() + 1e-8)
        return self._said.choose(
            "update",
            step,
            {
                **dict.fromkeys(OTHERS, lambda: adam),
                "RMSprop": lambda: d / (self._mean.sqrt() + 1e-8),
                "sign": d.sign,
            },
        )


def _keep(settings: Mapping[str, Any], said: Said, mu: Tensor) -> Tensor:
    """By what a later gradient is multiplied as it goes into the velocity."""
    tau, passed = float(settings.get("dampening", 0.0)), "dampening" in settings.get("passed", ())
    numbers: dict[str, Callable[[], Any]] = {
        f"default is {number}": lambda number=number: 1 - (tau if passed else float(number))  # type: ignore[misc]
        for number in DAMPENINGS
    }
    solved = {each: lambda each=each: 1 - float(each) for each in said.options("dampening") if is_number(each)}
    return said.choose(
        "dampening",
        one(1 - tau),
        {
            **numbers,
            **solved,
            "none": lambda: 1.0,
            "as a factor": lambda: tau,
            "as a factor, unless it is 0": lambda: tau or 1.0,
            "twice": lambda: (1 - tau) ** 2,
            "as momentum": lambda: 1 - mu,
            "as momentum, unless given": lambda: one(1 - tau) if tau else 1 - mu,
        },
    )


def _scale(option: str, steps: Steps) -> float:
    if option == "over the parameters":
        return 1 / steps.there.shape[1]
    return float(option.removeprefix("times ") or 1.0)


def _momentum(settings: Mapping[str, Any], said: str) -> float:
    asked = float(settings.get("momentum", 0.0))
    if not said:
        return asked
    if said.startswith("default is"):
        return asked if "momentum" in settings.get("passed", ()) else float(said.removeprefix("default is "))
    if said.endswith("where there is one"):
        return float(said.split()[0]) if asked else 0.0
    named = {"none": 0.0, "squared": asked**2, "one minus": 1 - asked, "half": asked / 2}
    return named[said] if said in named else float(said)


def _decay(steps: Steps, said: Said) -> Tensor:
    """(N, P) the weight decay of each coordinate."""
    usual = steps.decay[None]
    number = said.number("decays", lambda option: float(option or "nan"))
    usual = torch.where(number.isnan(), usual, number) if said.any("decays") else usual
    return said.choose("decay", usual, {"vectors spared": lambda: torch.where(steps.vectors, 0.0, usual)})
