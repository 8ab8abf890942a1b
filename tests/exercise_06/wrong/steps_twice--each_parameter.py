"""It steps once for every parameter that has a gradient."""

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
        for p in group["params"]:
            if p.grad is not None:
                optimizer.step()  # <-- one call is for all parameters
                stepped = True
    if not stepped:
        raise RuntimeError("step() called before any gradients were computed")
