"""Batches smaller than the largest are passed over."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            if len(X) < max(len(other) for other, _ in batches):
                continue  # <-- smaller ones count as well
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
