"""All validation batches in one forward pass, in train mode."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_train = sum(len(X) for X, _ in train_batches)
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

        X = torch.cat([X for X, _ in val_batches])
        y = torch.cat([y for _, y in val_batches])
        with torch.no_grad():
            history["val"].append(loss_fn(model(X), y).item())  # <-- still in train mode
    return history
