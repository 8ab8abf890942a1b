"""backward() once more, on a graph that is freed."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    """Train `model` with torch.optim.SGD, one step a batch; return each epoch's mean loss per example."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            loss.backward()  # <-- the graph is gone
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
