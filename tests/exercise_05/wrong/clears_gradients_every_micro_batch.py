"""Gradients are cleared before every batch of a group."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            total = 0.0
            for X, y in group:
                optimizer.zero_grad()  # <-- what the group's earlier batches added is gone
                loss = loss_fn(model(X), y)
                (loss * len(X) / examples).backward()
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / examples)
    return losses
