"""What exercise_06 asks for: the data in the model's dtype, a gradient or zeros, and the step that torch.optim takes."""

import torch

from grader.reference import take_step, without_dynamo

MESSAGE = "step() called before any gradients were computed"


def converted(model, X):
    """What `match_dtype` should return."""
    return X.to(next(model.parameters()).dtype)


def gradients_of(parameters, gradients):
    """What `gradient_of` should return for each parameter."""
    return [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, gradients, strict=True)]


def stepped(parameters, groups, optimizer, before, gradients):
    """Where `checked_step` should lead the parameters; where none has a gradient, they stay."""
    rest = iter(parameters)
    options = [{"params": [next(rest) for _ in range(number)]} for number in groups]
    with without_dynamo():
        made = torch.optim.Adam(options, lr=0.1) if optimizer == "adam" else torch.optim.SGD(options, lr=0.1, momentum=0.5)
    for row in [*before, gradients]:
        for p, gradient in zip(parameters, row, strict=True):
            p.grad = gradient
        take_step(made)
    return [p.detach() for p in parameters]
