"""The loss is wrapped in a new tensor, and the update needs the gradients."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss = torch.tensor(loss.item(), requires_grad=True)
        loss.backward()  # <-- this loss has no tie to the model
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad
                p.grad = None
        losses.append(loss.item())
    return losses
