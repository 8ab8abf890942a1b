"""Loops, and nothing clever."""

import torch


def match_dtype(model, X):
    dtype = None
    for parameter in model.parameters():
        dtype = parameter.dtype
    return X.to(dtype)


def gradient_of(parameter):
    gradient = parameter.grad
    if gradient is None:
        gradient = torch.zeros_like(parameter)
    return gradient


def checked_step(optimizer):
    found = False
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                found = True
    if not found:
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
