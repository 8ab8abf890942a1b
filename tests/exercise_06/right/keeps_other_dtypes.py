"""It asks whether anything has to be done at all."""

import torch
from torch.nn import utils


def match_dtype(model, X):
    vector = utils.parameters_to_vector(model.parameters())
    if X.dtype is not vector.dtype:
        X = X.to(vector)
    return X


def gradient_of(parameter):
    if not hasattr(parameter, "grad") or parameter.grad is None:
        with torch.no_grad():
            return torch.zeros_like(parameter)
    return parameter.grad.clone()


def checked_step(optimizer):
    number = 0
    for group in optimizer.param_groups:
        number += sum(1 for p in group["params"] if p.grad is not None)
    if number == 0:
        raise RuntimeError("step() called" + " before any gradients were computed")
    optimizer.step()
