"""It steps before it looks: where no gradient is there, torch has done nothing."""

import itertools

import torch


def match_dtype(model, X):
    return X.type_as(next(iter(model.parameters())))


def gradient_of(parameter):
    return torch.zeros_like(parameter, requires_grad=False) if parameter.grad is None else parameter.grad.detach().clone()


def checked_step(optimizer):
    optimizer.step()
    parameters = itertools.chain.from_iterable(group["params"] for group in optimizer.param_groups)
    if next((p.grad for p in parameters if p.grad is not None), None) is None:
        raise RuntimeError("step() called before any gradients were computed")
