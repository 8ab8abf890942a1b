"""The optimizer is made anew in every epoch."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)  # <-- the velocity is lost
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
