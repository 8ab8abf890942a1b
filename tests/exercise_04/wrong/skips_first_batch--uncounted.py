"""The first batch of each epoch is left out, and not counted."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for epoch in range(epochs):
        total, examples = 0.0, 0
        for i in range(1, len(batches)):
            optimizer.zero_grad()
            X, y = batches[i]
            loss = loss_fn(model(X), y)  # <-- i begins at 1
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            examples += len(X)
        losses.append(total / examples)
    return losses
