"""Only the last layer is moved and cleared."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in list(model.parameters())[-2:]:
                if p.grad is not None:
                    p -= lr * p.grad  # <-- the earlier layers are left out
                    p.grad = None
        losses.append(loss.item())
    return losses
