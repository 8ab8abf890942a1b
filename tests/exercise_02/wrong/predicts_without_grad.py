"""The whole loop stands under no_grad."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        with torch.no_grad():
            loss = loss_fn(model(X), y)  # <-- nothing is recorded here
            loss.backward()
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
