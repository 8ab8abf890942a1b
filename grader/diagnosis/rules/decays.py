"""Weight decay in Adam by hand: how much of it each coordinate has, and where it comes in."""

import functools
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from grader.diagnosis.rules.said import Said, one
from grader.diagnosis.rules.steps import Steps

NUMBERS = ("0.01", "0.1", "0.001", "0.0001", "0.3")
GIVEN = (
    *("default", "the argument's", "largest", "smallest", "none of vectors", "vectors alone", "none by default"),
    *("none but the groups' own", "none without groups", "the argument's instead of 0", "in other groups"),
)
IN_GRADIENT = {  # of what it is added to the gradient: of m's, v's, or both
    "in the gradient": "mv",
    "in the gradient, times lr": "mv",
    "both ways": "mv",
    "in m only": "m",
    "in v only": "v",
}
BESIDE = ("before", "after", "without lr", "doubled", "twice", "half", "squared lr", "added", "both ways", "before and after")
ABOVE = ("over the root", "over the root, times lr")
PLACES = tuple(dict.fromkeys(("none", *BESIDE[1:], *IN_GRADIENT, *ABOVE)))


class Decay:
    """The decay of N rules."""

    def __init__(self, steps: Steps, settings: Mapping[str, Any], said: Said) -> None:
        """`settings` and `said` as in `adam.walk`."""
        usual = settings.get("decay", "before")
        places: dict[str, Tensor] = {usual: ~(said.says("decay", *PLACES, "before") | _anywhere(said))}
        for how in (*PLACES, "before"):
            where = said.says("decay", how) | said.says("decays", *(o for o in said.options("decays") if _place(o) == how))
            if bool(where.any()):
                places[how] = places[how] | where if how in places else where
        self._places = {how: where for how, where in places.items() if how != "none" and bool(where.any())}
        self.much = self._much(steps, settings, said)

    def _much(self, steps: Steps, settings: Mapping[str, Any], said: Said) -> Tensor:
        """(N, P)"""
        asked = steps.decay[None]
        argument = float(settings.get("weight_decay", 0.0))
        whole, passed = steps.decays, "weight_decay" in settings.get("passed", ())
        found = said.choose(
            "decay given",
            asked,
            {
                "default": lambda: one(settings.get("default decay", 0.01)),
                "the argument's": lambda: one(argument),
                "largest": lambda: whole.max().reshape(1, 1),
                "smallest": lambda: whole.min().reshape(1, 1),
                "none of vectors": lambda: torch.where(steps.vectors, 0.0, asked),
                "vectors alone": lambda: torch.where(steps.vectors, asked, 0.0),
                "none by default": lambda: asked if passed else torch.where(asked == argument, 0.0, asked),
                "none but the groups' own": lambda: torch.where(asked == argument, 0.0, asked),
                "none without groups": lambda: 0 * asked if bool((whole == argument).all()) else asked,
                "the argument's instead of 0": lambda: torch.where(asked == 0, argument, asked),
                "in other groups": lambda: _regrouped(steps, settings["eps"], argument)[None],
            },
        )
        number = said.number("decays", lambda option: float(option.rpartition(" ")[2] or "nan"))
        return torch.where(number.isnan(), found, number) if said.options("decays") else found

    def within(self, of: str, g: Tensor, shrink: Tensor, lr: float) -> Tensor:
        """The gradient as m ("m") or v ("v") takes it in."""
        for how, where in self._places.items():
            if of in IN_GRADIENT.get(how, ""):
                g = g + torch.where(where, lr * shrink if how.endswith("times lr") else shrink, 0.0)
        return g

    def above(self, above: Tensor, shrink: Tensor, lr: float) -> Tensor:
        """What is divided by the root."""
        for how, where in self._places.items():
            if how in ABOVE:
                above = above + torch.where(where, lr * shrink if how.endswith("times lr") else shrink, 0.0)
        return above

    def beside(self, step: Tensor, shrink: Tensor, lr: float) -> Tensor:
        """The step with what stands beside it."""
        found = step
        for how, where in self._places.items():
            if how not in BESIDE:
                continue
            more = {
                "after": lambda: shrink - lr * self.much * step,
                "without lr": lambda: shrink / lr,
                "doubled": lambda: 2 * shrink,
                "twice": lambda: 2 * shrink - lr * self.much * shrink,
                "half": lambda: shrink / 2,
                "squared lr": lambda: lr * shrink,
                "added": lambda: -shrink,
                "before and after": lambda: 2 * shrink - lr * self.much * (shrink + step),
            }.get(how, lambda: shrink)()
            found = torch.where(where, step + more, found)
        return found


def _place(option: str) -> str:
    return option.rpartition(" ")[0]


def _anywhere(said: Said) -> Tensor:
    return said.says("decays", *said.options("decays"))


def _regrouped(steps: Steps, eps: float, argument: float) -> Tensor:
    """(P,) the decay that each tensor seems to have, of those that occur."""
    return _regrouped_tensors(steps.whole or steps, eps, argument)[steps.numbers]


@functools.lru_cache(maxsize=64)
def _regrouped_tensors(steps: Steps, eps: float, argument: float) -> Tensor:
    """(T,) by the first step, taken for AdamW's."""
    g, theta, change = steps.given[0], steps.before[0], steps.change[0]
    columns = [g / (g.abs() + eps), *(torch.where(steps.numbers == n, theta, 0.0) for n in range(len(steps.decays)))]
    if not all(bool(torch.isfinite(column).all()) for column in (*columns, change)):
        return steps.decays
    solved = torch.linalg.lstsq(torch.stack(columns, 1), -change[:, None], driver="gelsd").solution[:, 0]
    occurring = torch.cat([steps.decays, torch.tensor([0.0, argument], dtype=torch.float64)])
    return occurring[(solved[1:, None] / solved[0] - occurring).abs().argmin(1)]
