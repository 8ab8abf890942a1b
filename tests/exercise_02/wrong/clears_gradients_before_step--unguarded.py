"""Gradients are cleared between backward and an update that needs them."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        model.zero_grad()  # <-- the update finds nothing after this
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
        losses.append(loss.item())
    return losses
