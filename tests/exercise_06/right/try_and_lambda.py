"""One-liners, and try for if."""

import torch

match_dtype = lambda model, X: torch.as_tensor(X, dtype=[*model.parameters()][-1].dtype)  # noqa: E731


def gradient_of(parameter):
    try:
        return parameter.grad.data
    except AttributeError:
        return torch.zeros_like(parameter.data)


def checked_step(optimizer):
    try:
        next(p for g in optimizer.param_groups for p in g["params"] if p.grad is not None)
    except StopIteration:
        raise RuntimeError("step() called before any gradients were computed") from None
    with torch.no_grad():
        optimizer.step()
