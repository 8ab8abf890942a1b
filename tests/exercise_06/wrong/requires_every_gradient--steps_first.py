"""It steps, and then raises where any gradient was missing."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    optimizer.step()
    if None in [p.grad if p.grad is None else True for p in parameters]:  # <-- one None is enough
        raise RuntimeError("step() called before any gradients were computed")
