"""MultiStepLR, clipping in the middle of helper functions, type hints."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim.lr_scheduler import MultiStepLR

Batch = tuple[Tensor, Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]


def run_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, loss_fn: Loss, batches: list[Batch], max_norm: float) -> None:
    """Take one step for each batch."""
    for X, y in batches:
        optimizer.zero_grad(set_to_none=True)
        loss_fn(model(X), y).backward()
        clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()


def train(
    model: nn.Module,
    loss_fn: Loss,
    batches: list[Batch],
    lr: float,
    step_size: int,
    gamma: float,
    max_norm: float,
    epochs: int,
) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = MultiStepLR(optimizer, milestones=list(range(step_size, epochs, step_size)), gamma=gamma)
    rates: list[float] = []
    for _ in range(epochs):
        rates.append(float(scheduler.get_last_lr()[0]))
        run_epoch(model, optimizer, loss_fn, batches, max_norm)
        scheduler.step()
    return rates
