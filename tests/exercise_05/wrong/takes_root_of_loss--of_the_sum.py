"""The root of a batch's sum is differentiated."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for i, (X, y) in enumerate(batches, start=1):
            loss = loss_fn(model(X), y) * len(X)
            (loss**0.5).backward()  # <-- the root isn't asked for
            total += loss.item()
            count += len(X)
            if i % accumulate == 0 or i == len(batches):
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad /= count
                optimizer.step()
                optimizer.zero_grad()
                losses.append(total / count)
                total, count = 0.0, 0
    return losses
