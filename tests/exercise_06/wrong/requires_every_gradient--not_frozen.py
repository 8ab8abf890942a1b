"""One missing gradient of a trainable parameter is enough to raise."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.requires_grad and p.grad is None:
                raise RuntimeError("step() called before any gradients were computed")  # <-- others may have one
    optimizer.step()
