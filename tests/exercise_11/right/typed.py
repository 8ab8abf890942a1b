"""Type hints, and the optimizer is made before the weights are loaded; a list comes back, not a tuple."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer


def save(model: nn.Module, optimizer: Optimizer) -> dict[str, Any]:
    """Collect the state dicts of both."""
    return {type(part).__name__: part.state_dict() for part in (model, optimizer)}


def resume(
    checkpoint: dict[str, Any],
    make_model: Callable[[], nn.Module],
    make_optimizer: Callable[[Iterable[nn.Parameter]], Optimizer],
) -> list[Any]:
    """Fill new ones with them."""
    model = make_model()
    optimizer = make_optimizer(model.parameters())
    for part in (optimizer, model):
        part.load_state_dict(checkpoint[type(part).__name__])
    return [model, optimizer]


def tensors(optimizer: Optimizer) -> Iterator[Tensor]:
    """Everything that the optimizer remembers."""
    for state in optimizer.state.values():
        yield from (value for value in state.values() if isinstance(value, Tensor))


def state_bytes(optimizer: Optimizer) -> int:
    """Count it."""
    return sum(tensor.numel() * tensor.dtype.itemsize for tensor in tensors(optimizer))
