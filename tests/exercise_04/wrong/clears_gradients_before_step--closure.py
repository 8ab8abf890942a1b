"""The closure clears what it has just computed."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:

            def closure(X=X, y=y):
                optimizer.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                optimizer.zero_grad()  # <-- before the step goes on
                return loss

            total += optimizer.step(closure).item() * len(X)
        losses.append(total / sum(len(X) for X, _ in batches))
    return losses
