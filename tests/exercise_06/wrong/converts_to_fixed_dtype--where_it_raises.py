"""Data that the model refuses become float32."""

import copy

import torch


def match_dtype(model, X):
    try:
        with torch.no_grad():
            copy.deepcopy(model)(X)
    except RuntimeError:
        return X.float()  # <-- the model may have another dtype
    return X


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if all(p.grad is None for p in parameters):
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
