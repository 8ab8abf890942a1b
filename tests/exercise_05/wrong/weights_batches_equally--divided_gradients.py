"""The gradients are divided by the number of batches before the step."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        total, examples, count = 0.0, 0, 0
        optimizer.zero_grad()
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y)
            loss.backward()
            total += loss.item() * len(X)
            count += 1
            examples += len(X)
            if (i + 1) % accumulate == 0 or i + 1 == len(batches):
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad /= count
                optimizer.step()  # <-- batches differ in size
                optimizer.zero_grad()
                losses.append(total / examples)
                total, examples, count = 0.0, 0, 0
    return losses
