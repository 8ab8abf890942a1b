"""A file with a byte order mark and the line ends of Windows."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for _ in range(steps):
        output = model(X)
        loss = loss_fn(output, y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
