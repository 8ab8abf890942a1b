"""torch.autograd.grad is asked for the gradient of every parameter."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        gradients = torch.autograd.grad(loss, list(model.parameters()))  # <-- some may have none
        with torch.no_grad():
            for p, g in zip(model.parameters(), gradients):
                p -= lr * g
        losses.append(loss.item())
    return losses
