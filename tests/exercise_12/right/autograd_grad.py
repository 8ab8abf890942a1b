"""The gradients come from torch.autograd.grad, and are put in place by hand; each layer is switched by itself."""

import torch


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trainable, lr=lr, capturable=False, foreach=False)
    n_train, n_val = (sum(len(X) for X, _ in batches) for batches in (train_batches, val_batches))
    train, val = [0.0] * epochs, [0.0] * epochs
    for epoch in range(epochs):
        for layer in model.modules():
            layer.training = True
        for X, y in train_batches:
            loss = loss_fn(model(X), y)
            for p, g in zip(trainable, torch.autograd.grad(loss, trainable, allow_unused=True), strict=True):
                p.grad = g
            optimizer.step()
            train[epoch] += loss.item() * len(X) / n_train
        for layer in model.modules():
            layer.training = False
        for X, y in val_batches:
            val[epoch] += loss_fn(model(X), y).item() * len(X) / n_val
    return {"train": train, "val": val}
