"""Only the first parameter is looked at."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    first = optimizer.param_groups[0]["params"][0]
    if first.grad is None:  # <-- the others may have gradients
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
