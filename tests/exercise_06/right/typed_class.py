"""Type hints, an error class of its own, and the message in a constant."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

MESSAGE = "step() called before any gradients were computed"


class NoGradients(RuntimeError):
    """What torch doesn't say."""

    def __init__(self) -> None:
        super().__init__(MESSAGE)


def gradients(optimizer: torch.optim.Optimizer) -> Iterator[Tensor]:
    for group in optimizer.param_groups:
        yield from (p.grad for p in group["params"] if p.grad is not None)


def match_dtype(model: nn.Module, X: Tensor) -> Tensor:
    """Look for the dtype among all parameters."""
    (dtype,) = {p.dtype for p in model.parameters()}
    return X if X.dtype == dtype else X.to(dtype=dtype, copy=True)


def gradient_of(parameter: nn.Parameter) -> Tensor:
    if parameter.grad is not None:
        return parameter.grad
    return parameter.new_zeros(parameter.shape)


def checked_step(optimizer: torch.optim.Optimizer) -> None:
    if not any(True for _ in gradients(optimizer)):
        raise NoGradients
    optimizer.step()
