"""The step's loss is kept as a tensor with its graph."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            mean = 0.0
            for X, y in group:
                loss = loss_fn(model(X), y)
                mean = mean + loss * len(X) / examples
            optimizer.zero_grad()
            mean.backward()
            optimizer.step()
            losses.append(mean)  # <-- a tensor with its graph
    return losses
