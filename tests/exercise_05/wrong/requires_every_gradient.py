"""Each gradient is divided before the step, and one of them may be None."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        total, examples = 0.0, 0
        optimizer.zero_grad()
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y) * len(X)
            loss.backward()
            total += loss.item()
            examples += len(X)
            if (i + 1) % accumulate == 0 or i + 1 == len(batches):
                for p in model.parameters():
                    p.grad /= examples  # <-- .grad may be None
                optimizer.step()
                optimizer.zero_grad()
                losses.append(total / examples)
                total, examples = 0.0, 0
    return losses
