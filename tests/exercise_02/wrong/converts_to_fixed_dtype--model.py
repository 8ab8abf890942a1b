"""Model and data always become float32."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    model = model.float()
    X, y = X.float(), y.float()
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)  # <-- the model may have been float64
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
