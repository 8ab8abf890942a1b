"""Accumulation as it is often written, with the last batch's loss reported."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    optimizer.zero_grad()
    for epoch in range(epochs):
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y)
            (loss / accumulate).backward()
            if (i + 1) % accumulate == 0:
                optimizer.step()  # <-- never for what is left over
                optimizer.zero_grad()
                losses.append(loss.item())
    return losses
