"""A deep copy of the model is validated; the model itself never leaves train mode."""

import copy

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        history["train"].append(total / count)
        frozen = copy.deepcopy(model).eval().requires_grad_(False)
        total, count = 0.0, 0
        for X, y in val_batches:
            total += loss_fn(frozen(X), y).item() * len(X)
            count += len(X)
        history["val"].append(total / count)
    return history
