"""The mean absolute error is used instead of the squared one."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    criterion = torch.nn.L1Loss()
    losses = []
    for step in range(steps):
        loss = criterion(model(X), y)  # <-- not the loss that was passed in
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
