"""Neither the sum nor the count is set back at the start of an epoch."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    total, examples = 0.0, 0
    for epoch in range(epochs):
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            examples += len(X)
        losses.append(total / examples)  # <-- both count all epochs so far
    return losses
