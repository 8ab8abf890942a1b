"""Only the last group is looked at."""

import torch


def match_dtype(model, X):
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    if parameter.grad is None:
        return torch.zeros_like(parameter)
    return parameter.grad


def checked_step(optimizer):
    for group in optimizer.param_groups:
        missing = all(p.grad is None for p in group["params"])  # <-- forgets what the groups before had
    if missing:
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
