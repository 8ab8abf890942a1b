"""A single group without gradients is enough to raise."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    for group in optimizer.param_groups:
        if all(p.grad is None for p in group["params"]):
            raise RuntimeError("step() called before any gradients were computed")  # <-- another group may have some
    optimizer.step()
