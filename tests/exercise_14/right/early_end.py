"""The trial ends as soon as the loss isn't finite; one dict of tests."""

import copy
from math import isfinite

import torch
from torch import nn


def grows(model, optimizer, loss_fn, X, y, steps=20):
    start = loss_fn(model(X), y).item()
    for _ in range(steps):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        if not isfinite(loss.item()):
            return True
        if not loss.requires_grad:
            return False
        loss.backward()
        optimizer.step()
    end = loss_fn(model(X), y).item()
    return not isfinite(end) or end > start


def examine(model, optimizer, loss_fn, X, y):
    random = torch.get_rng_state()
    copied_model, copied_optimizer = copy.deepcopy((model, optimizer))
    trainable = {name for name, p in model.named_parameters() if p.requires_grad}
    names = {p: name for name, p in model.named_parameters()}
    held = {names.get(p) for group in optimizer.param_groups for p in group["params"]}

    output = copied_model(X)
    loss = loss_fn(output, y)
    loss.requires_grad and loss.backward()
    reached = {name for name, p in copied_model.named_parameters() if p.grad is not None}
    scores = output.detach()

    found = set()
    found.update(["frozen_parameters"] if trainable != set(names.values()) else [])
    found.update(["parameters_not_in_optimizer"] if not trainable <= held else [])
    found.update(["no_gradient"] if trainable - reached else [])
    if torch.is_floating_point(y):
        found.update(["shape_mismatch"] if output.shape != y.shape else [])
        found.update(["loss_does_not_match_task"] if isinstance(loss_fn, (nn.CrossEntropyLoss, nn.NLLLoss)) else [])
    else:
        found.update(["loss_does_not_match_task"] if isinstance(loss_fn, (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss)) else [])
    if type(loss_fn) is nn.CrossEntropyLoss and torch.allclose(scores.abs().sum(1), torch.ones_like(scores[:, 0])):
        found.update(["softmax_before_cross_entropy"] if scores.min() >= 0 else [])
    if grows(copied_model, copied_optimizer, loss_fn, X, y):
        found.add("learning_rate_too_high")
    torch.set_rng_state(random)
    return found
