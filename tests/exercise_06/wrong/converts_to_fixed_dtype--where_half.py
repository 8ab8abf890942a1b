"""Data in half precision always become float32."""

import torch


def match_dtype(model, X):
    if X.dtype in (torch.float16, torch.bfloat16):
        return X.float()  # <-- the model may be float64, or in half precision itself
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
