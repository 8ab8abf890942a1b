"""The step comes before backward, and uses the gradient of the batch before."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            optimizer.step()  # <-- .grad still holds the last batch's
            optimizer.zero_grad()
            loss.backward()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
