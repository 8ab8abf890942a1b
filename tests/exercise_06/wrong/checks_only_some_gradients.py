"""Only the first group is looked at."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    if all(p.grad is None for p in optimizer.param_groups[0]["params"]):  # <-- there may be more groups
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
