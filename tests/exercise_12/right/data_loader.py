"""DataLoaders hand out the batches, with a generator of their own, so that dropout's random numbers stay as they are."""

import torch
from torch.utils.data import DataLoader


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    train_loader = DataLoader(train_batches, batch_size=None, generator=torch.Generator())
    val_loader = DataLoader(val_batches, batch_size=None, generator=torch.Generator())
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_loader:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for X, y in val_loader:
                total += loss_fn(model(X), y).item() * len(X)
                count += len(X)
        history["val"].append(total / count)
    return history
