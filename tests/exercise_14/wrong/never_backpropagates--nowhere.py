"""There is no backward pass at all."""

import copy

import torch
from torch import nn


def examine(model, optimizer, loss_fn, X, y):
    """Name what is wrong with a training set-up, and leave it as it was."""
    random_state = torch.get_rng_state()  # a forward pass with dropout draws from it
    model, optimizer = copy.deepcopy((model, optimizer))  # in one go: the copy of the optimizer holds the copy's parameters
    parameters = list(model.parameters())
    trainable = [p for p in parameters if p.requires_grad]
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}

    losses = []
    for step in range(21):
        model.zero_grad()
        prediction = model(X)
        loss = loss_fn(prediction, y)
        losses.append(loss.item())
        # <-- loss.backward(), where it requires a gradient
        if step == 0:
            outputs, without_gradient = prediction.detach(), [p for p in trainable if p.grad is None]
        optimizer.step()
    torch.set_rng_state(random_state)

    regression = y.is_floating_point()
    symptoms = {
        "frozen_parameters": len(trainable) < len(parameters),
        "parameters_not_in_optimizer": any(id(p) not in held for p in trainable),
        "no_gradient": len(without_gradient) > 0,
        "shape_mismatch": regression and outputs.shape != y.shape,
        "softmax_before_cross_entropy": isinstance(loss_fn, nn.CrossEntropyLoss) and are_probabilities(outputs),
        "loss_does_not_match_task": regression == isinstance(loss_fn, (nn.CrossEntropyLoss, nn.NLLLoss)),
        "learning_rate_too_high": not losses[-1] <= losses[0],  # true of NaN as well
    }
    return {name for name, there in symptoms.items() if there}


def are_probabilities(outputs):
    """Whether each row is positive and adds up to 1."""
    sums = outputs.sum(dim=1)
    return bool((outputs >= 0).all()) and torch.allclose(sums, torch.ones_like(sums))
