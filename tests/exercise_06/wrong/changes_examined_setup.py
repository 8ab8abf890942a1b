"""A trial run of the model moves its running statistics."""

import torch


def match_dtype(model, X):
    try:
        model(X)  # <-- in train mode, batch normalisation takes in every batch that it sees
        return X
    except RuntimeError:
        return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if all(p.grad is None for p in parameters):
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
