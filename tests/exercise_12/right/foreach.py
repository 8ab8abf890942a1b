"""Adam's foreach implementation; every option is spelt out, and clearing is the model's."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(
        model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, foreach=True
    )
    history = {"train": [], "val": []}
    for _ in range(epochs):
        model.train()
        total = torch.zeros((), dtype=torch.float64)
        for X, y in train_batches:
            model.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(X)
        history["train"].append((total / sum(len(X) for X, _ in train_batches)).item())
        model.eval()
        total = torch.zeros((), dtype=torch.float64)
        with torch.no_grad():
            for X, y in val_batches:
                total += loss_fn(model(X), y) * len(X)
        history["val"].append((total / sum(len(X) for X, _ in val_batches)).item())
    return history
