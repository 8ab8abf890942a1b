"""Nested functions, one of them under inference_mode as a decorator."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def train():
        model.train()
        total = 0.0
        for X, y in train_batches:
            optimizer.zero_grad(set_to_none=False)
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        return total / sum(len(X) for X, _ in train_batches)

    @torch.inference_mode()
    def validate():
        model.eval()
        return sum(loss_fn(model(X), y).item() * len(X) for X, y in val_batches) / sum(len(X) for X, _ in val_batches)

    pairs = [(train(), validate()) for _ in range(epochs)]
    return {"train": [pair[0] for pair in pairs], "val": [pair[1] for pair in pairs]}
