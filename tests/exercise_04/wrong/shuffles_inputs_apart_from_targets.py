"""The inputs of each batch are shuffled, the targets are not."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            order = torch.randperm(len(X))
            loss = loss_fn(model(X[order]), y)  # <-- y keeps its order
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
