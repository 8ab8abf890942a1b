"""Gradients come back in single precision."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad.float()  # <-- and those of a model in another dtype?


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if all(p.grad is None for p in parameters):
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
