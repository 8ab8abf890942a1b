"""One step an epoch, on the first batch."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        optimizer.zero_grad()
        X, y = train_batches[0]
        loss = loss_fn(model(X), y)  # <-- always the first batch
        loss.backward()
        optimizer.step()
        history["train"].append(loss.item())

        model.eval()
        total = 0.0
        with torch.no_grad():
            for X, y in val_batches:
                total += loss_fn(model(X), y).item() * len(X)
        history["val"].append(total / n_val)
    return history
