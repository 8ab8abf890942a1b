"""All losses are measured at the end of the epoch."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
        total = 0.0
        with torch.no_grad():
            for X, y in batches:
                total += loss_fn(model(X), y).item() * len(X)  # <-- the parameters have moved
        losses.append(total / examples)
    return losses
