"""torch.inference_mode() in place of no_grad(), and the model is put back to train mode at once."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train, val = [], []
    for _ in range(epochs):
        total = 0.0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * X.shape[0]
        train.append(total / sum(X.shape[0] for X, _ in train_batches))
        model.eval()
        with torch.inference_mode():
            errors = [((model(X) - y) ** 2).sum() for X, y in val_batches]
            val.append((sum(errors) / sum(y.numel() for _, y in val_batches)).item())
        model.train()
    return {"val": val, "train": train}
