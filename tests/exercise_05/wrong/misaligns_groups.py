"""The step comes at every batch whose number, from 0, is a multiple of accumulate."""

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
            if i % accumulate == 0 or i + 1 == len(batches):
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad /= examples
                optimizer.step()  # <-- the first batch makes a step alone
                optimizer.zero_grad()
                losses.append(total / examples)
                total, examples = 0.0, 0
    return losses
