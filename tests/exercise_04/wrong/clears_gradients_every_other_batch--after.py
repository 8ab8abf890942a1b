"""Gradients are cleared after every second batch only."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            if (i + 1) % 2 == 0:
                optimizer.zero_grad()  # <-- not for every batch
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
