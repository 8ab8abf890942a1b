"""The parameters are never moved."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()  # <-- the update is missing after this line
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p.grad = None
        losses.append(loss.item())
    return losses
