"""Accumulation as it is often written: what is left over leaks, and batches count the same."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    optimizer.zero_grad()
    for epoch in range(epochs):
        total, examples = 0.0, 0
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y)
            (loss / accumulate).backward()
            total += loss.item() * len(X)
            examples += len(X)
            if (i + 1) % accumulate == 0:
                optimizer.step()  # <-- never for what is left over
                optimizer.zero_grad()
                losses.append(total / examples)
                total, examples = 0.0, 0
    return losses
