"""The optimizer is made anew in every epoch: plain SGD remembers nothing, so this is the same."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    losses = []
    for _ in range(epochs):
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            optimizer.zero_grad()
            mean = 0.0
            for X, y in group:
                loss = loss_fn(model(X), y) * len(X) / examples
                loss.backward()
                mean += loss.item()
            optimizer.step()
            losses.append(mean)
    return losses
