"""Every parameter is frozen, so that nothing can be differentiated."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    """Do `steps` steps of plain gradient descent on every parameter of `model`."""
    for p in model.parameters():
        p.requires_grad_(False)  # <--
    losses = []
    for _ in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
