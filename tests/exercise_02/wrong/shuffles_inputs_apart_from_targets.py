"""The inputs are shuffled at every step, the targets are not."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        order = torch.randperm(len(X))
        loss = loss_fn(model(X[order]), y)  # <-- y keeps its order
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
