"""The loss is wrapped in a new tensor."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss = torch.tensor(loss.item(), requires_grad=True)
        loss.backward()  # <-- this loss has no tie to the model
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
