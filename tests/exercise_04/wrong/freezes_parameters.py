"""All parameters before the last layer are frozen."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    for p in list(model.parameters())[:-2]:
        p.requires_grad_(False)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)  # <-- the frozen ones get no gradient
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
