"""All validation batches go through the model in one forward pass: in eval mode that comes to the same."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    X_val = torch.cat([X for X, _ in val_batches])
    y_val = torch.cat([y for _, y in val_batches])
    history = {"train": [], "val": []}
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        history["train"].append(total / count)
        model.eval()
        with torch.no_grad():
            history["val"].append(loss_fn(model(X_val), y_val).item())
    return history
