"""The loop as it came: every batch makes a step, and gradients are never cleared."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()  # <-- zero_grad() is missing before this line
            optimizer.step()
            losses.append(loss.item())
    return losses
