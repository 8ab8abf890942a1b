"""It steps once for every group."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    stepped = False
    for group in optimizer.param_groups:
        if any(p.grad is not None for p in group["params"]):
            optimizer.step()  # <-- one call is for all groups
            stepped = True
    if not stepped:
        raise RuntimeError("step() called before any gradients were computed")
