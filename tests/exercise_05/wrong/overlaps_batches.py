"""Each batch begins a group of its own, so groups overlap."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(len(batches)):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            total = 0.0
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)  # <-- start moves on by one batch, not by a group
                (loss * len(X) / examples).backward()
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / examples)
    return losses
