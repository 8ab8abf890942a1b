"""Gradients are divided before each step, but never cleared."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        total, examples = 0.0, 0
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y) * len(X)
            loss.backward()  # <-- zero_grad() is missing before the group's first
            total += loss.item()
            examples += len(X)
            if (i + 1) % accumulate == 0 or i + 1 == len(batches):
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad /= examples
                optimizer.step()
                losses.append(total / examples)
                total, examples = 0.0, 0
    return losses
