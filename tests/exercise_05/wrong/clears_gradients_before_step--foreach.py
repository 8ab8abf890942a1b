"""Gradients are cleared at each backward(); then the list of those with a gradient is empty."""

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
                loss.backward()
                model.zero_grad()  # <-- throws away what backward() has just found
                total += loss.item()
                n += len(X)
            with torch.no_grad():
                params = [p for p in model.parameters() if p.grad is not None]
                torch._foreach_add_(params, [p.grad for p in params], alpha=-lr / n)
            losses.append(total / n)
    return losses
