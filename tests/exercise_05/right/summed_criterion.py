"""The squared errors are summed by a criterion of its own, and divided by the step's examples."""

import torch
from torch import nn


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    sum_of_squares = nn.MSELoss(reduction="sum")
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):
            chunk = batches[i : i + accumulate]
            entries = sum(y.numel() for _, y in chunk)
            model.zero_grad()
            parts = []
            for X, y in chunk:
                part = sum_of_squares(model(X), y) / entries
                part.backward()
                parts.append(part.item())
            optimizer.step()
            losses.append(sum(parts))
    return losses
