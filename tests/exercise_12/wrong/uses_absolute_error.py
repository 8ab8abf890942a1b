"""The mean absolute error is used instead of the squared one."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    criterion = torch.nn.L1Loss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_train = sum(len(X) for X, _ in train_batches)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = criterion(model(X), y)  # <-- not the loss that was passed in
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        history["train"].append(total / n_train)

        model.eval()
        total = 0.0
        with torch.no_grad():
            for X, y in val_batches:
                total += criterion(model(X), y).item() * len(X)
        history["val"].append(total / n_val)
    return history
