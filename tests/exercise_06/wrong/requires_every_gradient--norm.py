"""The size of every gradient is asked for."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if not any(p.grad.numel() for p in parameters):  # <-- .grad may be None
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
