"""The update comes before the first backward, and needs its gradients."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)  # <-- backward() belongs after this line
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
                p.grad = None
        loss.backward()
        losses.append(loss.item())
    return losses
