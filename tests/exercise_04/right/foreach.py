"""SGD's foreach implementation."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, foreach=True)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * X.shape[0]
            count += X.shape[0]
        losses.append(total / count)
    return losses
