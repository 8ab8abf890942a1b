"""Adam and AdamW by hand, line by line, and what each line may say instead."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from grader.diagnosis.rules.decays import GIVEN, NUMBERS, PLACES, Decay
from grader.diagnosis.rules.missing import present
from grader.diagnosis.rules.said import DTYPES, Said, one, rounded
from grader.diagnosis.rules.steps import Steps

PAIRS = (
    *("0.9, 0.9", "0.9, 0.95", "0.9, 0.98", "0.9, 0.99", "0.99, 0.999", "0.95, 0.999", "0.8, 0.999", "0.5, 0.999"),
    *("0.9, 0.9999", "0.99, 0.9999"),
)
EPSILONS = ("1e-7", "1e-6", "1e-5", "1e-4", "1e-3", "1e-10", "1e-12", "1e-2", "1e-9", "1e-16")
SCALES = {"tenfold": 10.0, "tenth": 0.1, "hundredth": 0.01, "double": 2.0, "half": 0.5}
ALPHAS = {"rmsprop with 0.99": 0.99, "rmsprop with 0.9": 0.9}
WITHOUT_V = ("momentum alone", "momentum alone, uncorrected", "sign of m")
ROUNDED = "in single precision"  # no mistake of its own: torch's own count is a tensor like that, too
CLEARED = ("each clearing", "each clearing, count too")
LINES: dict[str, tuple[str, ...]] = {
    "gradient": tuple(DTYPES),
    "m": ("no factor", "raw", "previous", "lr inside", "beta2", "sum", "swapped factors"),
    "v": (
        *(
            "no factor",
            "absolute",
            "m squared",
            "m-hat squared",
            "around m",
            "around m-hat",
            "around old m",
            "variance",
            "largest",
            "beta1",
        ),
        *("sum", "largest corrected", "swapped factors"),
    ),
    "correction": ("none", "not of m", "not of v", "multiplied", "of v with beta1", "of m with beta2", "swapped", "linear"),
    "count": (
        *("from two", "never advances", "each parameter", "each parameter, missing too", "from zero", "twice", "all steps"),
        *("never advances for m", "never advances for v", ROUNDED),
    ),
    "stored": ("both", "m", "v"),
    "eps": (
        *("inside the root", "inside before correction", "before correction", "none", "inside and outside", "as the least"),
        "squared inside",
    ),
    "root": ("none", "cubic"),
    "memory": ("each step", "each step, count too", "shared by m and v", "previous of both", *CLEARED),
    "update": (
        *("momentum alone", "momentum alone, uncorrected", "gradient alone", "gradient over root", "sign", "sign of m"),
        *("rmsprop", "rmsprop with beta1", *ALPHAS),
        *("lookahead", "lookahead, one correction", "adamax", "adamax, eps first", "radam"),
    ),
    "decay": PLACES,
    "decay given": GIVEN,
    "decays": tuple(f"{how} {number}" for how in ("before", "after", "in the gradient") for number in NUMBERS),
    "betas": (
        *("default", "swapped", "default beta1", "default beta2", "both beta1", "both beta2", *PAIRS),
        *(f"default is {pair}" for pair in PAIRS),
        "default is 0.999, 0.9",
    ),
    "epsilon": ("default", *EPSILONS, *(f"default is {eps}" for eps in EPSILONS)),
    "scale": (*SCALES, "a rate of 0.001", "a rate of 1"),
    "missing": ("as zero", "ends the step", "stops all", "previous gradient", "decays", "fades"),
}


def walk(steps: Steps, settings: Mapping[str, Any], said: Said, most: int) -> Iterator[Tensor]:
    """(N, P) for each step the change over the learning rate asked for, by each of N rules.

    Args:
        settings: betas, eps, the names of what was passed ("passed"), and how the decay asked for comes in ("decay").
        said: what lines say instead.
    """
    b1 = said.number("betas", lambda option: _betas(settings, option)[0])
    b2 = said.number("betas", lambda option: _betas(settings, option)[1])
    eps = said.number("epsilon", lambda option: _eps(settings, option))
    decay = Decay(steps, settings, said)
    cleared = CLEARED if steps.clears == "yours" else ()
    moments, count, update = _Moments(said, b1, b2, eps, cleared), _Count(steps, said), _Update(said, b1, b2, eps)
    last = torch.zeros_like(steps.given[:1])
    for k in range(min(len(steps.given), most)):
        lr, here, there = steps.rate(k), present(steps, k, said), steps.present[k][None]
        g, shrink = rounded(said, steps.given[k][None]), decay.much * steps.before[k]
        if said.any("missing", "previous gradient"):
            g = torch.where(said.says("missing", "previous gradient") & ~there, last, g)
            last = g
        g_m, g_v = decay.within("m", g, shrink, lr), decay.within("v", g, shrink, lr)
        t = count(k, here)
        above, below = moments(g_m, g_v, here, there, t, lr)
        step = update(decay.above(above, shrink, lr), below, g_m, g_v, moments.m, t, here)
        step = step * _scale(said, lr)
        step = torch.where(here, decay.beside(step, shrink, lr), 0.0)
        if said.any("missing", "decays"):
            step = torch.where(~there & said.says("missing", "decays"), shrink, step)
        yield -step.expand(said.count, -1)


class _Count:
    """The step count t, for each coordinate."""

    def __init__(self, steps: Steps, said: Said) -> None:
        self._steps, self._said = steps, said
        self._own, self._visits = one(0.0), {"each parameter": 0, "each parameter, missing too": 0}
        # Groups come by falling decay.
        self._order = sorted(range(len(steps.decays)), key=lambda n: -float(steps.decays[n]))

    def __call__(self, k: int, here: Tensor) -> Tensor:
        self._own = self._own + here
        own = self._own.clamp(min=1)
        return self._said.choose(
            "count",
            own,
            {
                "from two": lambda: own + 1,
                "never advances": lambda: one(1),
                "from zero": lambda: own - 1,
                "twice": lambda: 2 * own,
                "all steps": lambda: one(k + 1),
                "each parameter": lambda: self._visited("each parameter", self._steps.there[k].tolist()),
                "each parameter, missing too": lambda: self._visited(
                    "each parameter, missing too", [True] * len(self._steps.decays)
                ),
            },
        )

    def _visited(self, name: str, seen: list[bool]) -> Tensor:
        at = torch.zeros(len(seen), dtype=torch.float64)
        for n in self._order:
            self._visits[name] += seen[n]
            at[n] = self._visits[name]
        return at[self._steps.numbers][None].clamp(min=1)


class _Moments:
    """m and v, and what comes above and below the line of the update."""

    def __init__(self, said: Said, b1: Tensor, b2: Tensor, eps: Tensor, cleared: tuple[str, ...]) -> None:
        self._said, self._b1, self._b2, self._eps, self._cleared = said, b1, b2, eps, cleared
        self.m = self.v = self._top = one(0.0)
        ones = one(1.0)
        self._keep_m = said.choose("m", b1, {"beta2": lambda: b2, "sum": lambda: ones, "swapped factors": lambda: 1 - b1})
        self._keep_v = said.choose("v", b2, {"beta1": lambda: b1, "sum": lambda: ones, "swapped factors": lambda: 1 - b2})
        raw = {"no factor": lambda: ones, "sum": lambda: ones}
        self._take_m = said.choose("m", 1 - b1, {**raw, "beta2": lambda: 1 - b2, "swapped factors": lambda: b1})
        self._take_v = said.choose("v", 1 - b2, {**raw, "beta1": lambda: 1 - b1, "swapped factors": lambda: b2})

    def __call__(self, g_m: Tensor, g_v: Tensor, here: Tensor, there: Tensor, t: Tensor, lr: float) -> tuple[Tensor, Tensor]:
        said = self._said
        ends = self._cleared
        begins = {
            "each step": lambda: one(0.0),
            "each step, count too": lambda: one(0.0),
            **dict.fromkeys(ends, lambda: one(0.0)),
        }
        old_m, old_v = said.choose("memory", self.m, begins), said.choose("memory", self.v, begins)
        counts = dict.fromkeys(
            ("each step, count too", *(each for each in ends if each.endswith("count too"))), lambda: one(1.0)
        )
        t = said.choose("memory", t, counts)
        c1, c2 = _corrections(said, self._b1, self._b2, t)
        new_m = self._keep_m * old_m + self._take_m * said.choose("m", g_m, {"lr inside": lambda: lr * g_m})
        squares = said.choose(
            "v",
            g_v * g_v,
            {
                "absolute": g_v.abs,
                "m squared": lambda: new_m**2,
                "m-hat squared": lambda: (new_m / c1) ** 2,
                "around m": lambda: (g_v - new_m) ** 2,
                "around m-hat": lambda: (g_v - new_m / c1) ** 2,
                "around old m": lambda: (g_v - old_m) ** 2,
            },
        )
        onto = said.choose("memory", old_v, {"shared by m and v": lambda: new_m})
        new_v = self._keep_v * onto + self._take_v * squares
        new_m = said.choose("memory", new_m, {"shared by m and v": lambda: new_v})
        m, v = torch.where(here, new_m, old_m), torch.where(here, new_v, old_v)
        if said.any("missing", "fades"):
            fades = said.says("missing", "fades") & ~there
            m, v = torch.where(fades, self._keep_m * m, m), torch.where(fades, self._keep_v * v, v)

        used_m = said.choose("memory", m, {"previous of both": lambda: old_m})
        used_m = said.choose("m", used_m, {"previous": lambda: old_m})
        used_v = said.choose("memory", v, {"previous of both": lambda: old_v})
        m_hat = said.choose("m", used_m / c1, {"raw": lambda: g_m, "lr inside": lambda: used_m / c1 / lr})
        if said.any("v", "largest", "largest corrected"):
            top = torch.maximum(self._top, torch.where(said.says("v", "largest"), used_v, used_v / c2))
            self._top = torch.where(here, top, self._top)
        v_hat = used_v / c2
        used_v = said.choose("v", used_v, {"largest": lambda: self._top})
        v_hat = said.choose(
            "v",
            v_hat,
            {
                "largest": lambda: self._top / c2,
                "largest corrected": lambda: self._top,
                "variance": lambda: (v_hat - m_hat**2).clamp(min=0),
            },
        )
        stored_m = torch.where(said.says("m", "lr inside"), m_hat * lr, m_hat) if said.any("stored") else m_hat
        self.m = said.choose("stored", m, dict.fromkeys(("both", "m"), lambda: torch.where(here, stored_m, m)))
        self.v = said.choose("stored", v, dict.fromkeys(("both", "v"), lambda: torch.where(here, v_hat, v)))
        return m_hat, _below(said, v_hat, used_v, c2, self._eps)


class _Update:
    """What becomes of m-hat and the root of v-hat."""

    def __init__(self, said: Said, b1: Tensor, b2: Tensor, eps: Tensor) -> None:
        self._said, self._b1, self._b2, self._eps = said, b1, b2, eps
        self._mean = self._top = one(0.0)
        self._alpha = said.choose(
            "update", b2, {"rmsprop with beta1": lambda: b1, **{name: partial(one, a) for name, a in ALPHAS.items()}}
        )

    def __call__(self, above: Tensor, below: Tensor, g: Tensor, g_v: Tensor, m: Tensor, t: Tensor, here: Tensor) -> Tensor:
        said, b1, b2, eps = self._said, self._b1, self._b2, self._eps
        if not said.any("update"):
            return above / below
        if said.any("update", "rmsprop", "rmsprop with beta1", *ALPHAS):
            self._mean = torch.where(here, self._alpha * self._mean + (1 - self._alpha) * g_v**2, self._mean)
        if said.any("update", "adamax", "adamax, eps first"):
            size = g_v.abs() + torch.where(said.says("update", "adamax, eps first"), eps, 0.0)
            self._top = torch.where(here, torch.maximum(b2 * self._top, size), self._top)
        return said.choose(
            "update",
            above / below,
            {
                "momentum alone": lambda: above,
                "momentum alone, uncorrected": lambda: m,
                "gradient alone": lambda: g,
                "gradient over root": lambda: g / below,
                "sign": g.sign,
                "sign of m": m.sign,
                **dict.fromkeys(("rmsprop", "rmsprop with beta1", *ALPHAS), lambda: g / (self._mean.sqrt() + eps)),
                "lookahead": lambda: (b1 * m / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t)) / below,
                "lookahead, one correction": lambda: (b1 * m + (1 - b1) * g) / (1 - b1**t) / below,
                "adamax": lambda: above / (self._top + eps),
                "adamax, eps first": lambda: above / self._top,
                "radam": lambda: _rectified(above, below, b2, t),
            },
        )


def _rectified(above: Tensor, below: Tensor, b2: Tensor, t: Tensor) -> Tensor:
    """Liu et al. 2020, algorithm 2."""
    longest = 2 / (1 - b2) - 1
    length = longest - 2 * t * b2**t / (1 - b2**t)
    share = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)).clamp(min=0).sqrt()
    return torch.where(length > 5, share * above / below, above)


def _below(said: Said, v_hat: Tensor, v: Tensor, c2: Tensor, eps: Tensor) -> Tensor:
    """What the step is divided by: sqrt(v-hat) + eps, or what is written instead."""
    rooted = said.choose("root", v_hat.sqrt(), {"none": lambda: v_hat, "cubic": lambda: v_hat ** (1 / 3)})
    return said.choose(
        "eps",
        rooted + eps,
        {
            "none": lambda: rooted,
            "as the least": lambda: torch.maximum(rooted, eps),
            "inside the root": lambda: (v_hat + eps).sqrt(),
            "squared inside": lambda: (v_hat + eps**2).sqrt(),
            "inside before correction": lambda: ((v + eps) / c2).sqrt(),
            "before correction": lambda: (v.sqrt() + eps) / c2.sqrt(),
            "inside and outside": lambda: (v_hat + eps).sqrt() + eps,
        },
    )


def _corrections(said: Said, b1: Tensor, b2: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """What m and v are divided by."""
    c1, c2, ones = 1 - b1**t, 1 - b2**t, one(1.0)
    c1 = said.choose("count", c1, {"never advances for m": lambda: 1 - b1, ROUNDED: lambda: _rounded(b1, t)})
    c2 = said.choose("count", c2, {"never advances for v": lambda: 1 - b2, ROUNDED: lambda: _rounded(b2, t)})
    of_m = {
        **dict.fromkeys(("none", "not of m"), lambda: ones),
        "multiplied": lambda: 1 / c1,
        "linear": lambda: 1 - b1 * t,
        **dict.fromkeys(("of m with beta2", "swapped"), lambda: c2),
    }
    of_v = {
        **dict.fromkeys(("none", "not of v"), lambda: ones),
        "multiplied": lambda: 1 / c2,
        "linear": lambda: 1 - b2 * t,
        **dict.fromkeys(("of v with beta1", "swapped"), lambda: c1),
    }
    return said.choose("correction", c1, of_m), said.choose("correction", c2, of_v)


def _rounded(beta: Tensor, t: Tensor) -> Tensor:
    """The correction, where t is a tensor in single precision."""
    return (1 - beta ** t.to(torch.float32)).to(torch.float32).to(torch.float64)


def _scale(said: Said, lr: float) -> Tensor:
    def factor(option: str) -> float:
        if option.startswith("a rate of "):
            return float(option.removeprefix("a rate of ")) / lr
        return float(option.removeprefix("times ")) if option.startswith("times ") else SCALES.get(option, 1.0)

    return said.number("scale", factor)


def _betas(settings: Mapping[str, Any], said: str) -> tuple[float, float]:
    b1, b2 = settings["betas"]
    if said.startswith("default is") and "betas" in settings["passed"]:
        return b1, b2
    if "," in said:
        first, second = said.removeprefix("default is ").split(",")
        return float(first), float(second)
    return {
        "default": (0.9, 0.999),
        "swapped": (b2, b1),
        "default beta1": (0.9, b2),
        "default beta2": (b1, 0.999),
        "both beta1": (b1, b1),
        "both beta2": (b2, b2),
    }.get(said, (b1, b2))


def _eps(settings: Mapping[str, Any], said: str) -> float:
    if not said or (said.startswith("default is") and "eps" in settings["passed"]):
        return float(settings["eps"])
    return 1e-8 if said == "default" else float(said.removeprefix("default is "))
