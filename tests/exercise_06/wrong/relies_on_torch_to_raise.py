"""step() is expected to raise."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    try:
        optimizer.step()  # <-- does nothing, and says nothing, where no parameter has a gradient
    except RuntimeError:
        raise RuntimeError("step() called before any gradients were computed")
