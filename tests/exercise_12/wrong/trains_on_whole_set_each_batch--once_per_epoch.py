"""One step an epoch, on all the training data."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    all_X = torch.cat([X for X, _ in train_batches])
    all_y = torch.cat([y for _, y in train_batches])
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        optimizer.zero_grad()
        loss = loss_fn(model(all_X), all_y)  # <-- all the data, not a batch
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
