"""The step comes at every batch whose number is a multiple of accumulate; what is left over leaks."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    optimizer.zero_grad()
    for epoch in range(epochs):
        total, examples = 0.0, 0
        for i, (X, y) in enumerate(batches):
            loss = loss_fn(model(X), y)
            (loss / accumulate).backward()
            total += loss.item() * len(X)
            examples += len(X)
            if i % accumulate == 0:
                optimizer.step()  # <-- the first batch makes a step alone
                optimizer.zero_grad()
                losses.append(total / examples)
                total, examples = 0.0, 0
    return losses
