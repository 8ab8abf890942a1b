"""DataLoaders without generators of their own hand out all batches."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    train_loader = torch.utils.data.DataLoader(train_batches, batch_size=None, shuffle=False)
    val_loader = torch.utils.data.DataLoader(val_batches, batch_size=None, shuffle=False)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    n_train = sum(len(X) for X, _ in train_batches)
    n_val = sum(len(X) for X, _ in val_batches)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for X, y in train_loader:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)  # <-- the loader has drawn a seed before this
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        history["train"].append(total / n_train)

        model.eval()
        total = 0.0
        with torch.no_grad():
            for X, y in val_loader:
                total += loss_fn(model(X), y).item() * len(X)
        history["val"].append(total / n_val)
    return history
