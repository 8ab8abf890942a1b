"""The validation comes before the last step of the epoch."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_train = sum(len(X) for X, _ in train_batches)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            if X is train_batches[-1][0]:
                model.eval()
                val_total = 0.0
                with torch.no_grad():
                    for X_val, y_val in val_batches:
                        val_total += loss_fn(model(X_val), y_val).item() * len(X_val)  # <-- a step too early
                history["val"].append(val_total / n_val)
                model.train()
            optimizer.step()
            total += loss.item() * len(X)
        history["train"].append(total / n_train)
    return history
