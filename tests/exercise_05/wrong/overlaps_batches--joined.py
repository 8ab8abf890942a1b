"""Joined batches begin with the last of those before."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), max(1, accumulate - 1)):
            X, y = (
                torch.cat(parts) for parts in zip(*batches[i : i + accumulate], strict=True)
            )  # <-- i moves on by too little
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
