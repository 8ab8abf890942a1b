"""The learning rate is twice the one given."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= 2 * lr * p.grad  # <-- not the lr given
                    p.grad = None
        losses.append(loss.item())
    return losses
