"""The step's mean loss is built up as one graph, with one backward."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):
            group = batches[i : i + accumulate]
            total = sum(loss_fn(model(X), y) * len(X) for X, y in group)
            mean = total / sum(len(X) for X, _ in group)
            optimizer.zero_grad()
            mean.backward()
            optimizer.step()
            losses.append(mean.item())
    return losses
