"""Every batch makes a step of its own, of a loss divided by accumulate."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            (loss / accumulate).backward()
            optimizer.step()  # <-- for every batch, whatever accumulate is
            losses.append(loss.item())
    return losses
