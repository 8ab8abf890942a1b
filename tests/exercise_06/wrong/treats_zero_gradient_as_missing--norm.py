"""The norm of all gradients decides."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    total = 0.0
    for group in optimizer.param_groups:
        for p in group["params"]:
            total += gradient_of(p).norm().item()
    if total == 0.0:  # <-- gradients of zeros are gradients
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
