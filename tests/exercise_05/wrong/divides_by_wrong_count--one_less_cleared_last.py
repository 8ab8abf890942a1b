"""The losses returned are divided by one example less; gradients are cleared last."""

from itertools import islice

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, fused=True)
    losses = []
    for _ in range(epochs):
        stream = iter(batches)
        while group := list(islice(stream, accumulate)):
            n = sum(X.shape[0] for X, _ in group)
            total = 0.0
            for X, y in group:
                loss = loss_fn(model(X), y)
                (loss * (X.shape[0] / n)).backward()
                total += loss.item() * X.shape[0]
            optimizer.step()
            optimizer.zero_grad()
            losses.append(total / (n - 1))  # <-- the number of examples
    return losses
