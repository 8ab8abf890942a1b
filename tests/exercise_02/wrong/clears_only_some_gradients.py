"""Only the last parameter's gradient is cleared, after the loop over all of them."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
        p.grad = None  # <-- belongs in the loop over the parameters
        losses.append(loss.item())
    return losses
