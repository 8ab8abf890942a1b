"""A missing gradient is not only replaced in the result but in the parameter."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        parameter.grad = torch.zeros_like(parameter)  # <-- from now on the optimizer finds a gradient there
    return parameter.grad


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if all(p.grad is None for p in parameters):
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
