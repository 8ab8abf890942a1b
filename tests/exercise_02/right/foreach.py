"""All parameters at once, with torch._foreach functions."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for _ in range(steps):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        moving = [p for p in model.parameters() if p.grad is not None]
        with torch.no_grad():
            torch._foreach_add_(moving, [p.grad for p in moving], alpha=-lr)
        losses.append(loss.item())
    return losses
