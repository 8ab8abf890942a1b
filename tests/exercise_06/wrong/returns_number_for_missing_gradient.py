"""A missing gradient is 0."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return 0.0  # <-- without the parameter's shape
    return parameter.grad


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if all(p.grad is None for p in parameters):
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
