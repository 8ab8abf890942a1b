"""The training total goes on from epoch to epoch, and so does the count."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    train_total, count = 0.0, 0
    for epoch in range(epochs):
        model.train()
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            train_total += loss.item() * len(X)
            count += len(X)
        history["train"].append(train_total / count)  # <-- counts all epochs so far

        model.eval()
        total = 0.0
        with torch.no_grad():
            for X, y in val_batches:
                total += loss_fn(model(X), y).item() * len(X)
        history["val"].append(total / n_val)
    return history
