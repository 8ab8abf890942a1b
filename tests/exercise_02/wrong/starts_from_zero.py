"""All parameters are set to zero before the descent."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    for p in model.parameters():
        torch.nn.init.zeros_(p)
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)  # <-- the weights are all 0 at first
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
