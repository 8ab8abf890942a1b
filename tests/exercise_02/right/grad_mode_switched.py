"""set_grad_enabled is switched by hand around the update."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for _ in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        torch.set_grad_enabled(False)
        for p in model.parameters():
            if p.grad is not None:
                p -= lr * p.grad
                p.grad = None
        torch.set_grad_enabled(True)
        losses.append(loss.item())
    return losses
