"""The biases are frozen."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    for name, p in model.named_parameters():
        if "bias" in name:
            p.requires_grad_(False)
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()  # <-- the frozen ones get no gradient
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
