"""The generator of the parameters is used up in the first step; the model clears."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    model.train()
    losses = []
    trained = model.parameters()  # <-- can be gone through once; list(…) keeps them
    for _ in range(steps):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in trained:
                if p.grad is not None:
                    p.add_(p.grad, alpha=-lr)
        losses.append(loss.item())
    return losses
