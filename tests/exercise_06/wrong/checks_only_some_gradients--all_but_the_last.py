"""Every parameter but the very last is looked at."""

import torch


def match_dtype(model, X):
    """Return X in the dtype of the model's parameters."""
    return X.to(next(model.parameters()).dtype)


def gradient_of(parameter):
    """Return the parameter's gradient, zeros where it has none."""
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def checked_step(optimizer):
    """Step, or raise RuntimeError where no parameter of any group has a gradient."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    if all(p.grad is None for p in parameters[:-1]):  # <--
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step()
