"""Model and data always become float64."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    model = model.double()
    X, y = X.double(), y.double()
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)  # <-- the model may have been float32
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
