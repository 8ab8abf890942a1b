"""Batches are counted on from epoch to epoch, so that groups reach across."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    total, examples, count = 0.0, 0, 0
    for epoch in range(epochs):
        for X, y in batches:
            loss = loss_fn(model(X), y) * len(X)
            loss.backward()
            total += loss.item()
            examples += len(X)
            count += 1
            if count % accumulate == 0:
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad /= examples
                optimizer.step()  # <-- never for what is left over
                optimizer.zero_grad()
                losses.append(total / examples)
                total, examples = 0.0, 0
    return losses
