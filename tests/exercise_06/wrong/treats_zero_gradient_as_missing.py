"""A gradient of zeros counts as none."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if not any(p.grad is not None and p.grad.any() for p in parameters):  # <-- a gradient of zeros is a gradient
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
