"""backward() is never called, and the list of parameters with a gradient stays empty."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):
            group = batches[i : i + accumulate]
            model.zero_grad()
            total, n = 0.0, 0
            for X, y in group:
                loss = loss_fn(model(X), y) * len(X)
                total += loss.item()  # <-- backward() is missing before this line
                n += len(X)
            with torch.no_grad():
                params = [p for p in model.parameters() if p.grad is not None]
                torch._foreach_add_(params, [p.grad for p in params], alpha=-lr / n)
            losses.append(total / n)
    return losses
