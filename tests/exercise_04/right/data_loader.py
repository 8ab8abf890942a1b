"""A DataLoader hands out the batches, in their order."""

import torch
from torch.utils.data import DataLoader


def train(model, loss_fn, batches, lr, momentum, epochs):
    loader = DataLoader(batches, batch_size=None, shuffle=False)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        losses.append(total / count)
    return losses
