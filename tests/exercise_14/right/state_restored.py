"""Works on the set-up itself, and puts everything back in the end."""

import copy
import math

import torch
from torch import nn


def examine(model, optimizer, loss_fn, X, y):
    weights = copy.deepcopy(model.state_dict())
    optimizer_state = copy.deepcopy(optimizer.state_dict())
    gradients = [p.grad for p in model.parameters()]
    rng = torch.get_rng_state()
    try:
        return diagnose(model, optimizer, loss_fn, X, y)
    finally:
        model.load_state_dict(weights)
        optimizer.load_state_dict(optimizer_state)
        for p, g in zip(model.parameters(), gradients, strict=True):
            p.grad = g
        torch.set_rng_state(rng)


def diagnose(model, optimizer, loss_fn, X, y):
    names = set()
    for p in model.parameters():
        p.grad = None  # not zeroed in place: the tensors are kept above
    losses = []
    for step in range(20):
        model.zero_grad(set_to_none=True)
        output = model(X)
        loss = loss_fn(output, y)
        losses.append(loss.item())
        if loss.grad_fn is not None:
            loss.backward()
        if step == 0:
            names |= look(model, optimizer, loss_fn, output.detach(), y)
        optimizer.step()
    with torch.no_grad():
        losses.append(loss_fn(model(X), y).item())
    if losses[-1] > losses[0] or not all(map(math.isfinite, losses)):
        names.add("learning_rate_too_high")
    return names


def look(model, optimizer, loss_fn, output, y):
    names = set()
    held = [id(p) for group in optimizer.param_groups for p in group["params"]]
    for p in model.parameters():
        if not p.requires_grad:
            names.add("frozen_parameters")
            continue
        if id(p) not in held:
            names.add("parameters_not_in_optimizer")
        if p.grad is None:
            names.add("no_gradient")
    classes = not torch.is_floating_point(y)
    if not classes and output.shape != y.shape:
        names.add("shape_mismatch")
    if isinstance(loss_fn, nn.CrossEntropyLoss) and (output >= 0).all() and ((output.sum(1) - 1).abs() < 1e-4).all():
        names.add("softmax_before_cross_entropy")
    if classes != isinstance(loss_fn, (nn.CrossEntropyLoss, nn.NLLLoss)):
        names.add("loss_does_not_match_task")
    return names
