"""Gradients are never cleared, so they add up."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()  # <-- zero_grad() is missing before this line
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
