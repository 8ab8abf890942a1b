"""Type hints, helper functions, and the loss written out."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn


def mse(prediction: Tensor, target: Tensor) -> Tensor:
    return ((prediction - target) ** 2).mean()


@torch.no_grad()
def move(parameters: Iterable[nn.Parameter], lr: float) -> None:
    for p in parameters:
        if p.grad is not None:
            p -= lr * p.grad
            p.grad = None


def one_step(model: nn.Module, X: Tensor, y: Tensor, lr: float) -> float:
    loss = mse(model(X), y)
    loss.backward()
    move(model.parameters(), lr)
    return loss.item()


def descend(
    model: nn.Module, loss_fn: Callable[[Tensor, Tensor], Tensor], X: Tensor, y: Tensor, lr: float, steps: int
) -> list[float]:
    return [one_step(model, X, y, lr) for _ in range(steps)]
