"""torch.func.functional_call on detached copies of parameters and buffers; only the trial steps need a copy."""

import copy

import torch
from torch.func import functional_call


def examine(model, optimizer, loss_fn, X, y):
    before = torch.random.get_rng_state()
    parameters = {name: p.detach().clone().requires_grad_(p.requires_grad) for name, p in model.named_parameters()}
    buffers = {name: b.clone() for name, b in model.named_buffers()}
    prediction = functional_call(model, {**parameters, **buffers}, (X,))
    loss = loss_fn(prediction, y)
    if loss.requires_grad:
        loss.backward()

    found = []
    live = dict(model.named_parameters())
    in_optimizer = [p for group in optimizer.param_groups for p in group["params"]]
    if not all(p.requires_grad for p in live.values()):
        found.append("frozen_parameters")
    if not all(any(p is q for q in in_optimizer) for p in live.values() if p.requires_grad):
        found.append("parameters_not_in_optimizer")
    if any(p.grad is None for p in parameters.values() if p.requires_grad):
        found.append("no_gradient")

    kind = type(loss_fn).__name__
    if y.dtype.is_floating_point:
        if prediction.size() != y.size():
            found.append("shape_mismatch")
        if kind in ("CrossEntropyLoss", "NLLLoss"):
            found.append("loss_does_not_match_task")
    elif kind in ("MSELoss", "L1Loss", "SmoothL1Loss"):
        found.append("loss_does_not_match_task")
    if kind == "CrossEntropyLoss" and is_softmax(prediction.detach()):
        found.append("softmax_before_cross_entropy")
    if trial(model, optimizer, loss_fn, X, y):
        found.append("learning_rate_too_high")
    torch.random.set_rng_state(before)
    return set(found)


def is_softmax(prediction):
    ones = torch.ones(len(prediction), dtype=prediction.dtype)
    return torch.allclose(prediction.sum(1), ones, atol=1e-5) and prediction.min() >= 0 and prediction.max() <= 1


def trial(model, optimizer, loss_fn, X, y):
    memo = {}
    model = copy.deepcopy(model, memo)
    optimizer = copy.deepcopy(optimizer, memo)  # the memo knows the copies already made
    losses = []
    for _ in range(21):
        loss = loss_fn(model(X), y)
        losses.append(loss.detach())
        if loss.requires_grad:
            model.zero_grad()
            loss.backward()
            optimizer.step()
    losses = torch.stack(losses)
    return not bool(losses.isfinite().all()) or bool(losses[20] > losses[0])
