"""Each batch's weighted loss is divided by the examples seen so far in the group, not by all of the step."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        total, examples = 0.0, 0
        optimizer.zero_grad()
        for i, (X, y) in enumerate(batches):
            examples += len(X)
            loss = loss_fn(model(X), y)
            (loss * len(X) / examples).backward()  # <-- examples is still growing
            total += loss.item() * len(X)
            if (i + 1) % accumulate == 0 or i + 1 == len(batches):
                optimizer.step()
                optimizer.zero_grad()
                losses.append(total / examples)
                total, examples = 0.0, 0
    return losses
