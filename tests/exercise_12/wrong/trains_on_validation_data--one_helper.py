"""One helper trains on whatever it is given, the validation batches too."""

import torch


def run_epoch(model, loss_fn, batches, optimizer):
    total, examples = 0.0, 0
    for X, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()  # <-- learns from the validation data
        total += loss.item() * len(X)
        examples += len(X)
    return total / examples


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for epoch in range(epochs):
        model.train()
        history["train"].append(run_epoch(model, loss_fn, train_batches, optimizer))
        model.eval()
        history["val"].append(run_epoch(model, loss_fn, val_batches, optimizer))
    return history
