"""The parameters are kept as a generator."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    params = model.parameters()
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in params:
                if p.grad is not None:
                    p -= lr * p.grad  # <-- the first step uses the generator up
                    p.grad = None
        losses.append(loss.item())
    return losses
