"""Gradients from torch.autograd.grad, which leaves .grad alone; the generator's state kept by fork_rng."""

from copy import deepcopy

import torch

FOR_CLASSES = torch.nn.CrossEntropyLoss, torch.nn.NLLLoss


def examine(model, optimizer, loss_fn, X, y):
    with torch.random.fork_rng():
        tests = {
            "frozen_parameters": any(not p.requires_grad for p in model.parameters()),
            "parameters_not_in_optimizer": bool(set(trainable(model)) - held(optimizer)),
            "no_gradient": any(g is None for g in gradients(deepcopy(model), loss_fn, X, y)),
            "shape_mismatch": y.is_floating_point() and deepcopy(model)(X).shape != y.shape,
            "softmax_before_cross_entropy": isinstance(loss_fn, FOR_CLASSES[0]) and probabilities(deepcopy(model)(X)),
            "loss_does_not_match_task": y.is_floating_point() is isinstance(loss_fn, FOR_CLASSES),
            "learning_rate_too_high": diverges(*deepcopy([model, optimizer]), loss_fn, X, y),
        }
    return {name for name in tests if tests[name]}


def trainable(model):
    return [p for p in model.parameters() if p.requires_grad]


def held(optimizer):
    return {p for group in optimizer.param_groups for p in group["params"]}  # tensors are hashed by identity


def gradients(model, loss_fn, X, y):
    loss = loss_fn(model(X), y)
    if not loss.requires_grad:
        return [None] * len(trainable(model))
    return torch.autograd.grad(loss, trainable(model), allow_unused=True)


def probabilities(output):
    return bool(output.min() >= 0) and bool(((output.sum(dim=-1) - 1).abs() < 1e-5).all())


def diverges(model, optimizer, loss_fn, X, y):
    first = loss_fn(model(X), y)
    for _ in range(20):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        try:
            loss.backward()
        except RuntimeError:
            return False  # nothing to differentiate: nothing will move
        optimizer.step()
    last = loss_fn(model(X), y)
    return bool(torch.isnan(last) or last > first)
