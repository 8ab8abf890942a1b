"""Both optimizers train one model in turn."""

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    optimizers = {
        "adam": torch.optim.Adam(model.parameters(), lr=adam_lr),
        "sgd": torch.optim.SGD(model.parameters(), lr=sgd_lr),
    }
    losses = {"adam": [], "sgd": []}
    for _ in range(epochs):
        for name, optimizer in optimizers.items():
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)  # <-- one model for both
            loss.backward()
            optimizer.step()
            losses[name].append(loss.item())
    return losses
