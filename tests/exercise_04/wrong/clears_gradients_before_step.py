"""Gradients are cleared between backward and step."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.zero_grad()  # <-- the step finds nothing after this
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
