"""Type hints, a memory for each parameter in a class of its own, and a helper for each line of the mathematics."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import Parameter


@dataclass(frozen=True)
class Settings:
    momentum: float
    dampening: float
    weight_decay: float
    nesterov: bool


class Memory:
    """A parameter and its velocity."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.velocity: Tensor | None = None

    def accumulate(self, gradient: Tensor, settings: Settings) -> Tensor:
        if self.velocity is None:
            self.velocity = gradient
        else:
            self.velocity = torch.add(settings.momentum * self.velocity, gradient, alpha=1 - settings.dampening)
        return self.velocity


def decayed(parameter: Parameter, settings: Settings) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad + settings.weight_decay * parameter.detach()


def direction(memory: Memory, settings: Settings) -> Tensor:
    gradient = decayed(memory.parameter, settings)
    if settings.momentum == 0.0:
        return gradient
    velocity = memory.accumulate(gradient, settings)
    return gradient + settings.momentum * velocity if settings.nesterov else velocity


class SGD:
    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        self.memories = [Memory(p) for p in params]
        self.lr = lr
        self.settings = Settings(momentum, dampening, weight_decay, nesterov)

    def step(self) -> None:
        for memory in self.memories:
            if memory.parameter.grad is not None:
                memory.parameter.detach().sub_(self.lr * direction(memory, self.settings))

    def zero_grad(self) -> None:
        for memory in self.memories:
            memory.parameter.grad = None
