"""The inputs are shuffled before the descent, the targets are not."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    X = X[torch.randperm(len(X))]
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)  # <-- X was shuffled, y was not
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
