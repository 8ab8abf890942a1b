"""step() with a closure that has nothing to do, and one helper for everything."""

import torch


def first(iterable, default=None):
    return next(iter(iterable), default)


def match_dtype(model, X):
    return X.to(first(model.parameters()))


def gradient_of(parameter):
    return first([parameter.grad] * (parameter.grad is not None), torch.zeros_like(parameter))


def checked_step(optimizer):
    gradients = (p.grad for group in optimizer.param_groups for p in group["params"])
    if first(g for g in gradients if g is not None) is None:
        raise RuntimeError("step() called before any gradients were computed")
    optimizer.step(lambda: torch.tensor(0.0))
