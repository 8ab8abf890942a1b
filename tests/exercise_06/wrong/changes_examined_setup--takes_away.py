"""Asking takes the gradient away."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    gradient, parameter.grad = parameter.grad, None  # <-- the next step needs it
    return torch.zeros_like(parameter) if gradient is None else gradient


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if all(p.grad is None for p in parameters):
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
