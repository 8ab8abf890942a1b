"""backward() runs twice on the same loss."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward(retain_graph=True)
        loss.backward()  # <-- adds the same gradient again
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
