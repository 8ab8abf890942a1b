"""Type hints, a small class, the loss written out, two parameter groups with the same settings."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Batch = tuple[Tensor, Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]


class Mean:
    """A mean over examples, batch by batch."""

    def __init__(self) -> None:
        self.total, self.count = 0.0, 0

    def add(self, squared: Tensor) -> None:
        self.total += squared.detach().sum().item()
        self.count += squared.numel()

    @property
    def value(self) -> float:
        return self.total / self.count


def train_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Sequence[Batch]) -> float:
    model.train()
    mean = Mean()
    for X, y in batches:
        squared = (model(X) - y).square()
        mean.add(squared)
        optimizer.zero_grad()
        squared.mean().backward()
        optimizer.step()
    return mean.value


def validate(model: nn.Module, batches: Sequence[Batch]) -> float:
    model.eval()
    mean = Mean()
    with torch.no_grad():
        for X, y in batches:
            mean.add((model(X) - y).square())
    return mean.value


def fit(
    model: nn.Module, loss_fn: Loss, train_batches: Sequence[Batch], val_batches: Sequence[Batch], lr: float, epochs: int
) -> dict[str, list[float]]:
    biases = [p for name, p in model.named_parameters() if name.endswith("bias")]
    others = [p for name, p in model.named_parameters() if not name.endswith("bias")]
    optimizer = torch.optim.Adam([{"params": others}, {"params": biases, "lr": lr}], lr=lr)
    history: dict[str, list[float]] = {"train": [], "val": []}
    for _ in range(epochs):
        history["train"].append(train_epoch(model, optimizer, train_batches))
        history["val"].append(validate(model, val_batches))
    return history
