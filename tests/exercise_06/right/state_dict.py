"""The dtype from the state dict, where only floating point counts; zeros by full and by size."""

import torch


def match_dtype(model, X):
    print("before", X.dtype)
    dtype, *_ = [t.dtype for t in model.state_dict().values() if t.is_floating_point()]
    X = X.type(dtype)
    print("after", X.dtype)
    return X


def gradient_of(parameter):
    g = parameter.grad
    return g if g is not None else torch.full(parameter.size(), 0, dtype=parameter.dtype, device=parameter.device)


def checked_step(optimizer):
    params = []
    for group in optimizer.param_groups:
        params += group["params"]
    if len([p for p in params if p.grad is None]) == len(params):
        message = "step() called before any gradients were computed"
        raise RuntimeError(message)
    return optimizer.step()
