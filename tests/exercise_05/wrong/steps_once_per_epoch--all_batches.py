"""All of an epoch's batches are accumulated for a single step."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        examples = sum(len(X) for X, _ in batches)
        total = 0.0
        optimizer.zero_grad()
        for X, y in batches:
            loss = loss_fn(model(X), y)
            (loss * len(X) / examples).backward()
            total += loss.item() * len(X)
        optimizer.step()  # <-- one for all the batches, whatever accumulate is
        losses.append(total / examples)
    return losses
