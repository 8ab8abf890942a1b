"""The training loss is divided as if every batch were full."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        train_total = 0.0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            train_total += loss.item() * len(X)
        history["train"].append(train_total / (len(train_batches) * len(train_batches[0][0])))  # <-- the last may be smaller

        model.eval()
        total = 0.0
        with torch.no_grad():
            for X, y in val_batches:
                total += loss_fn(model(X), y).item() * len(X)
        history["val"].append(total / n_val)
    return history
