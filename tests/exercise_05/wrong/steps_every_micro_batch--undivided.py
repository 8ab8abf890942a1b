"""Gradients are cleared after every group, but every batch makes a step."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()  # <-- for every batch, on what has been added up so far
            if (i + 1) % accumulate == 0 or i + 1 == len(batches):
                optimizer.zero_grad()
            losses.append(loss.item())
    return losses
