"""Total and count go on from training to validation."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        total, examples = 0.0, 0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            examples += len(X)
        history["train"].append(total / examples)

        model.eval()
        with torch.no_grad():
            for X, y in val_batches:
                total += loss_fn(model(X), y).item() * len(X)
                examples += len(X)
        history["val"].append(total / examples)  # <-- the training examples count as well
    return history
