"""One helper for both halves, with a flag for the mode and for gradients."""

import torch


def run_epoch(model, loss_fn, batches, optimizer=None):
    training = optimizer is not None
    model.train(training)
    total, count = 0.0, 0
    with torch.set_grad_enabled(training):
        for X, y in batches:
            loss = loss_fn(model(X), y)
            if training:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
    return total / count


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        history["train"].append(run_epoch(model, loss_fn, train_batches, optimizer))
        history["val"].append(run_epoch(model, loss_fn, val_batches))
    return history
