"""Both lists hold tensors: one loop adds up losses for both phases."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        for key, batches in (("train", train_batches), ("val", val_batches)):
            learning = key == "train"
            model.train(learning)
            total, count = 0.0, 0
            for X, y in batches:
                with torch.set_grad_enabled(learning):
                    loss = loss_fn(model(X), y)
                if learning:
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                total = total + loss * len(X)  # <-- a tensor, in training with its graph
                count += len(X)
            history[key].append(total / count)
    return history
