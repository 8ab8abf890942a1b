"""The loss surfaces of the playground: functions of two parameters, each with a start and a map around it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

# What the regression's line is to go through: ten points about y = 1.5 x − 0.5, not quite on it.
POINTS_X = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
POINTS_Y = (-0.05, 0.02, 0.31, 0.88, 0.85, 1.42, 1.73, 1.79, 2.34, 2.41)


@dataclass(frozen=True)
class Surface:
    """A loss of two parameters.

    Attributes:
        names: of the two parameters.
        start: where every path begins.
        x, y: from where to where the map goes.
        lowest: the points of least loss.
        loss: of tensors of either parameter, entry by entry; never below 0.
    """

    id: str
    names: tuple[str, str]
    start: tuple[float, float]
    x: tuple[float, float]
    y: tuple[float, float]
    lowest: tuple[tuple[float, float], ...]
    loss: Callable[[Tensor, Tensor], Tensor]


def _bowl(x: Tensor, y: Tensor) -> Tensor:
    return 1.5 * (x**2 + y**2)


def _valley(x: Tensor, y: Tensor) -> Tensor:
    return 0.5 * (x**2 + 25 * y**2)


def _mountain(x: Tensor, y: Tensor) -> Tensor:
    """A high plain that hardly slopes, a peak beside it, and a hollow at its far side."""
    from_peak = (x + 1.6) ** 2 + (y - 1.2) ** 2
    from_hut = (x - 1.6) ** 2 + (y + 0.8) ** 2
    return 1 + 1.4 * torch.exp(-from_peak / 0.9) - torch.exp(-from_hut / 1.6) + 0.01 * from_hut


def _saddle(x: Tensor, y: Tensor) -> Tensor:
    return 0.5 * (x**2 - 1) ** 2 + y**2


def _regression(weight: Tensor, bias: Tensor) -> Tensor:
    """The mean squared error of a line, as nn.MSELoss has it for nn.Linear(1, 1)."""
    errors = [weight * x + bias - y for x, y in zip(POINTS_X, POINTS_Y, strict=True)]
    return torch.stack([error**2 for error in errors]).mean(0)


def _best_line() -> tuple[float, float]:
    """Weight and bias of the line of least squares, in closed form."""
    n = len(POINTS_X)
    x_mean, y_mean = sum(POINTS_X) / n, sum(POINTS_Y) / n
    weight = sum((x - x_mean) * y for x, y in zip(POINTS_X, POINTS_Y, strict=True)) / sum((x - x_mean) ** 2 for x in POINTS_X)
    return weight, y_mean - weight * x_mean


_XY = ("x", "y")
SURFACES = (
    Surface("valley", _XY, (-3.4, 1.2), (-4.0, 4.0), (-3.0, 3.0), ((0.0, 0.0),), _valley),
    Surface("bowl", _XY, (-1.9, 1.2), (-2.8, 2.8), (-2.1, 2.1), ((0.0, 0.0),), _bowl),
    Surface("mountain", _XY, (-2.6, -0.5), (-3.2, 3.2), (-2.4, 2.4), ((1.6, -0.8),), _mountain),
    Surface("saddle", _XY, (-0.02, 1.4), (-2.4, 2.4), (-1.8, 1.8), ((-1.0, 0.0), (1.0, 0.0)), _saddle),
    Surface("regression", ("weight", "bias"), (-0.4, 1.6), (-1.2, 3.6), (-1.8, 1.8), (_best_line(),), _regression),
)


def losses(parameters: Tensor, surfaces: tuple[Surface, ...] = SURFACES) -> Tensor:
    """The losses of parameters of shape (…, surfaces, 2), in shape (…, surfaces)."""
    columns = [surface.loss(parameters[..., i, 0], parameters[..., i, 1]) for i, surface in enumerate(surfaces)]
    return torch.stack(columns, -1)


def grid(surface: Surface, columns: int, rows: int) -> Tensor:
    """The losses at the map's points, row by row from its lower edge, in shape (rows, columns)."""
    x = torch.linspace(*surface.x, columns, dtype=torch.float64)
    y = torch.linspace(*surface.y, rows, dtype=torch.float64)
    return surface.loss(x.expand(rows, columns), y[:, None].expand(rows, columns))
