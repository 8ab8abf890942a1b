"""Each gradient is cleared just before it is used."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p.grad = None  # <-- the next line needs it
                    p -= lr * p.grad
        losses.append(loss.item())
    return losses
