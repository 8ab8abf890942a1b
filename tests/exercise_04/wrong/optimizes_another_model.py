"""The optimizer holds the parameters of a copy."""

import copy

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    start = copy.deepcopy(model)
    optimizer = torch.optim.SGD(start.parameters(), lr=lr, momentum=momentum)  # <-- not the model that is trained
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
