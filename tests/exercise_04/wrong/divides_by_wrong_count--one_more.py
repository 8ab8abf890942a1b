"""The total is divided by one example too many."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / (examples + 1))  # <-- one too many
    return losses
