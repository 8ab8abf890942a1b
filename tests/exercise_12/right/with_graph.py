"""The validation is in eval mode, but without no_grad(): a waste of memory, and no mistake."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        total, count = 0.0, 0
        model.train()
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        history["train"].append(total / count)
        total, count = 0.0, 0
        model.eval()
        for X, y in val_batches:
            loss = loss_fn(model(X), y)
            total += loss.item() * len(X)
            count += len(X)
        history["val"].append(total / count)
    model.train()
    return history
