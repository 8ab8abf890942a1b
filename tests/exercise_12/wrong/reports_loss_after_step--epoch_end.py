"""The training loss is measured at the end of the epoch, in eval mode."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_train = sum(len(X) for X, _ in train_batches)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()

        model.eval()
        total = 0.0
        with torch.no_grad():
            for X, y in train_batches:
                total += loss_fn(model(X), y).item() * len(X)  # <-- the parameters have moved
        history["train"].append(total / n_train)
        total = 0.0
        with torch.no_grad():
            for X, y in val_batches:
                total += loss_fn(model(X), y).item() * len(X)
        history["val"].append(total / n_val)
    return history
