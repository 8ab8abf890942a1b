"""Type hints, helper functions, and the loss written out."""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn

Batch = tuple[Tensor, Tensor]


def groups(batches: Sequence[Batch], size: int) -> Iterator[Sequence[Batch]]:
    """Cut the batches into consecutive groups of `size`; the last may be smaller."""
    for start in range(0, len(batches), size):
        yield batches[start : start + size]


def one_step(model: nn.Module, optimizer: torch.optim.Optimizer, group: Sequence[Batch]) -> float:
    """Take one step on a group and return its mean squared error."""
    entries = sum(y.numel() for _, y in group)
    optimizer.zero_grad()
    total = 0.0
    for X, y in group:
        squares = ((model(X) - y) ** 2).sum()
        (squares / entries).backward()
        total += squares.item()
    optimizer.step()
    return total / entries


def train(
    model: nn.Module,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    batches: list[Batch],
    lr: float,
    accumulate: int,
    epochs: int,
) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    return [one_step(model, optimizer, group) for _ in range(epochs) for group in groups(batches, accumulate)]
