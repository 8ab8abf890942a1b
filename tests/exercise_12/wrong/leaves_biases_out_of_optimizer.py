"""Only the weights are passed to the optimizer."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    weights = [p for name, p in model.named_parameters() if "weight" in name]
    optimizer = torch.optim.Adam(weights, lr=lr)  # <-- the biases are left out
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
            optimizer.step()
            total += loss.item() * len(X)
        history["train"].append(total / n_train)

        model.eval()
        total = 0.0
        with torch.no_grad():
            for X, y in val_batches:
                total += loss_fn(model(X), y).item() * len(X)
        history["val"].append(total / n_val)
    return history
