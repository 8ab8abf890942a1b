"""The closure clears what it has just computed."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        model.train()
        total = 0.0
        for X, y in train_batches:

            def closure(X=X, y=y):
                optimizer.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                optimizer.zero_grad()  # <-- before the step goes on
                return loss

            total += optimizer.step(closure).item() * len(X)
        history["train"].append(total / sum(len(X) for X, _ in train_batches))
        model.eval()
        with torch.no_grad():
            total = sum(loss_fn(model(X), y).item() * len(X) for X, y in val_batches)
        history["val"].append(total / sum(len(X) for X, _ in val_batches))
    return history
