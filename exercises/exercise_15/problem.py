"""The problems that `choose` is tried on: valleys to come down into. Play with them, `python train.py` does."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.problems import DTYPES

Closure = Callable[[], Tensor]


class Valley:
    """A quadratic loss whose lowest value is 0, half the weighted sum of the squared distances from the bottom."""

    def __init__(
        self,
        seed: int,
        dimension: int = 8,
        condition: float = 1.0,
        turned: bool = False,
        noise: float = 0.0,
        words: int = 0,
        zipf: float = 0.0,
        scale: float = 1.0,
        distance: float = 1.0,
        dtype: str = "float64",
    ) -> None:
        """Draw a valley.

        Args:
            seed: of everything that is drawn.
            dimension: how many coordinates there are.
            condition: the steepest coordinate's curvature over the flattest one's.
            turned: whether the valley lies askew to the coordinates.
            noise: how far each evaluation misjudges where the bottom lies, in each coordinate, in units of `distance`.
            words: where it isn't 0, each evaluation sees so many coordinates, drawn at random, and no others.
            zipf: how unequal the chances of being drawn are: coordinate k has k**-zipf. 0: all are equal.
            scale: the curvature of the steepest coordinate.
            distance: from the start to the bottom, per coordinate (root of the mean square).
            dtype: "float64" or "float32".
        """
        generator = torch.Generator().manual_seed(seed)
        self.dimension, self.words, self.dtype = dimension, words, DTYPES[dtype]
        bottom = torch.randn(dimension, generator=generator, dtype=torch.float64)
        turn, _ = torch.linalg.qr(torch.randn(dimension, dimension, generator=generator, dtype=torch.float64))
        curvature = scale * torch.logspace(0.0, -math.log10(condition), dimension, dtype=torch.float64)
        chance = torch.arange(1, dimension + 1, dtype=torch.float64) ** -zipf

        self.bottom = (bottom * distance * math.sqrt(dimension) / bottom.norm()).to(self.dtype)
        self.turn = turn.to(self.dtype) if turned else None
        self.curvature = curvature.to(self.dtype)
        self.noise = noise * distance
        self.chance = chance / chance.sum()

    def loss(self, place: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """The loss at each of R places of shape (R, dimension), as one evaluation sees it; without a generator, its mean.

        The mean leaves out what noise adds to the loss everywhere alike, so that it is 0 at the bottom.
        """
        offset, weight = place - self.bottom, self.curvature
        if generator is not None and self.noise:
            offset = offset - self.noise * torch.randn(offset.shape[-2:], generator=generator, dtype=self.dtype)
        if self.turn is not None:
            offset = offset @ self.turn
        if self.words:
            weight = weight * (self.chance.to(self.dtype) if generator is None else self._seen(place.shape[-2], generator))
        return 0.5 * (weight * offset**2).sum(-1)

    def _seen(self, rows: int, generator: torch.Generator) -> Tensor:
        """(R, dimension) which share of the words drawn is each coordinate's."""
        drawn = torch.multinomial(self.chance.expand(rows, -1), self.words, replacement=True, generator=generator)
        counts = torch.zeros(rows, self.dimension, dtype=self.dtype)
        return counts.scatter_add_(1, drawn, torch.ones(drawn.shape, dtype=self.dtype)) / self.words


def problem(seed: int = 15, budget: int = 900, **options: Any) -> dict[str, Any]:
    """Draw a valley; `options` are those of `Valley`.

    Returns:
        The arguments of `choose`, in its order.
    """
    valley = Valley(seed, **options)
    spent = 0

    def make_problem() -> tuple[list[Tensor], Closure]:
        """Put the walker back to the start, and the noise with it."""
        parameters = [torch.zeros(n, dtype=valley.dtype, requires_grad=True) for n in (valley.dimension - 2, 2)]
        noise = torch.Generator().manual_seed(seed + 1)

        def loss_closure() -> Tensor:
            nonlocal spent
            if spent >= budget:
                raise RuntimeError(f"the budget of {budget} loss evaluations is spent: decide by what you have seen")
            spent += 1
            return valley.loss(torch.cat(parameters)[None], noise)[0]

        return parameters, loss_closure

    return {"make_problem": make_problem, "budget": budget}
