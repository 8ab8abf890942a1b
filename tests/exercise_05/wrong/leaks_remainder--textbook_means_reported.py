"""Accumulation as it is often written, with the mean of the batches' means reported."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    optimizer.zero_grad()
    for epoch in range(epochs):
        total = 0.0
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y)
            loss = loss / accumulate
            loss.backward()
            total += loss.item()
            if (i + 1) % accumulate == 0:
                optimizer.step()  # <-- never for what is left over
                optimizer.zero_grad()
                losses.append(total)
                total = 0.0
    return losses
