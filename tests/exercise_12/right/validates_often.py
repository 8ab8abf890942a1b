"""The model is validated before training and after every step, in eval mode; what counts is kept."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    def validation_loss():
        model.eval()
        with torch.no_grad():
            total = sum(loss_fn(model(X), y).item() * len(X) for X, y in val_batches)
        model.train()
        return total / sum(len(X) for X, _ in val_batches)

    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    print("at first", validation_loss())
    for epoch in range(epochs):
        total, count = 0.0, 0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
            latest = validation_loss()
        history["train"].append(total / count)
        history["val"].append(latest)
        print(epoch, total / count, latest)
    return history
