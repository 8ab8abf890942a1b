"""Gradients are cleared between backward and the update."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()  # <-- what it computes is cleared at once
        for p in model.parameters():
            p.grad = None
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses
