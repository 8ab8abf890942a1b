"""What is left over is added to the next epoch's first step, and so are its losses."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    sizes = [len(X) for X, _ in batches]
    losses = []
    total = 0.0
    for epoch in range(epochs):
        for i, (X, y) in enumerate(batches):
            start = i - i % accumulate
            examples = sum(sizes[start : start + accumulate])
            loss = loss_fn(model(X), y)
            (loss * len(X) / examples).backward()
            total += loss.item() * len(X)
            if (i + 1) % accumulate == 0:
                optimizer.step()  # <-- never for what is left over
                optimizer.zero_grad()
                losses.append(total / examples)
                total = 0.0
    return losses
