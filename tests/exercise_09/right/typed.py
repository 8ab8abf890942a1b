"""Type hints, dataclasses and helper functions."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


@dataclass
class Moments:
    parameter: nn.Parameter
    first: Tensor = field(init=False)
    second: Tensor = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.first, self.second = torch.zeros_like(self.parameter), torch.zeros_like(self.parameter)

    def take_in(self, gradient: Tensor, betas: tuple[float, float]) -> tuple[Tensor, Tensor]:
        self.steps += 1
        self.first = mean(self.first, gradient, betas[0])
        self.second = mean(self.second, gradient.pow(2), betas[1])
        return corrected(self.first, betas[0], self.steps), corrected(self.second, betas[1], self.steps)


def mean(old: Tensor, new: Tensor, beta: float) -> Tensor:
    return beta * old + (1 - beta) * new


def corrected(moment: Tensor, beta: float, steps: int) -> Tensor:
    return moment / (1 - beta**steps)


@dataclass
class Adam:
    params: Iterable[nn.Parameter]
    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8

    def __post_init__(self) -> None:
        self.moments = [Moments(p) for p in self.params]

    @torch.no_grad()
    def step(self) -> None:
        for moments in self.moments:
            gradient = moments.parameter.grad
            if gradient is not None:
                first, second = moments.take_in(gradient, self.betas)
                moments.parameter.sub_(first.div(second.sqrt().add(self.eps)), alpha=self.lr)

    def zero_grad(self) -> None:
        for moments in self.moments:
            moments.parameter.grad = None
