"""backward() runs in the validation too, and its gradients wait for the next step."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_train = sum(len(X) for X, _ in train_batches)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for X, y in train_batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            total += loss.item() * len(X)
        history["train"].append(total / n_train)

        model.eval()
        total = 0.0
        for X, y in val_batches:
            loss = loss_fn(model(X), y)
            loss.backward()  # <-- the next epoch's first step has this gradient in it
            total += loss.item() * len(X)
        history["val"].append(total / n_val)
    return history
