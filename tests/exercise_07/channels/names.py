"""The slips as channels, each with what it is called."""

import math
from collections.abc import Iterator, Sequence

from descent_exercise_07_channels.fewest import Explained
from descent_exercise_07_channels.search import Ended, play
from descent_exercise_07_channels.slips import COUNTS, RATES, UNCLEAR, VARIANTS, both

EXACT, FURTHER = 1e-11, 30.0  # how near losses are that nothing parts but rounding, and how much further off others are


def named(of: Explained) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each channel, with its one value."""
    by_channel: dict[str, list[str]] = {}
    for about, what in sorted(of.slips):
        by_channel.setdefault(about, []).append(what)
    for about, whats in by_channel.items():
        what = whats[0]
        if len(whats) > 1:
            yield about, (" | ".join(whats),)
        elif about.endswith(" rate"):
            yield about, (rate_of(about.removesuffix(" rate"), what, of),)
        elif about.endswith((" betas", " eps", " momentum", " decay")):
            yield about, ("swapped" if what == "0.999 0.9" else "other",)
        elif about.endswith(" rule"):
            yield about, ("a variant of Adam" if what in VARIANTS else what.split()[0] if what[0].isupper() else what,)
        else:
            yield about, (what.split(",")[0] if about in ("loss", "clearing") else "a count" if what in COUNTS else what,)


def rate_of(run: str, what: str, of: Explained) -> str:
    """What a learning rate is called. A longer loss makes for longer steps of SGD as well: there, Adam's losses tell."""
    asked = [case.rates[run] for case in of.cases]
    used = (
        [case.number(RATES[what]) * lr for case, lr in zip(of.cases, asked, strict=True)] if what else solved(of.trainings[run])
    )
    if run == "sgd":
        ratios = [rate / lr for rate, lr in zip(used, asked, strict=True)]
        longer = loss_is_longer(of, ratios)
        if longer is not False:
            return what if longer and what else UNCLEAR
    constants = {"default": 1e-3, "one": 1.0}
    return next((name for name, value in constants.items() if alike(used, [value] * len(used))), "scaled")


def solved(trainings: Sequence[Sequence[Ended]]) -> list[float]:
    """The learning rates on each case."""
    return [ended[0].rate for ended in trainings]


def loss_is_longer(of: Explained, ratios: Sequence[float]) -> bool | None:
    """Whether the loss that Adam differentiates is as many times what it should be; None where that can't be told.

    Adam's steps hardly change with it: by eps / |g|, some 1e-8, which is far more than rounding.
    """
    right, longer = 0.0, 0.0
    for case, ratio, ended in zip(of.cases, ratios, of.trainings.get("adam", []), strict=False):
        trial = ended[0].trial
        plays = [play(case, "adam", [one]) for one in (trial, both(trial, {"by": ratio}))]
        offs = [min((e.off for e in played), default=math.inf) for played in plays]
        right, longer = max(right, offs[0]), max(longer, offs[1])
    if min(right, longer) > EXACT or max(right, longer) <= FURTHER * min(right, longer):
        return None
    return longer < right


def alike(some: Sequence[float], others: Sequence[float]) -> bool:
    """Whether the same numbers are in both."""
    return len(some) == len(others) and all(math.isclose(a, b, rel_tol=1e-5) for a, b in zip(some, others, strict=True))
