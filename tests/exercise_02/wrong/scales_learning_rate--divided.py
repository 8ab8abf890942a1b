"""The gradient is divided by the learning rate."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= p.grad / lr  # <-- a factor, not a divisor
                    p.grad = None
        losses.append(loss.item())
    return losses
