"""Type hints, helper functions, and the loss written out."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

Batch = tuple[Tensor, Tensor]


def squared_errors(prediction: Tensor, target: Tensor) -> Tensor:
    return (prediction - target) ** 2


def one_step(model: nn.Module, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    """Take one step and return the batch's sum of squared errors."""
    X, y = batch
    errors = squared_errors(model(X), y)
    optimizer.zero_grad()
    errors.mean().backward()
    optimizer.step()
    return errors.sum().item()


def train(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    batches: list[Batch],
    lr: float,
    momentum: float,
    epochs: int,
) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(y.numel() for _, y in batches)
    return [sum(one_step(model, optimizer, batch) for batch in batches) / examples for _ in range(epochs)]
