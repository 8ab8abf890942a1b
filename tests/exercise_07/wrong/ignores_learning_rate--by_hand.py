"""SGD by hand, without the learning rate."""

import copy

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    rival = copy.deepcopy(model)
    losses = {"adam": [], "sgd": []}
    optimizer = torch.optim.Adam(model.parameters(), lr=adam_lr)
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses["adam"].append(loss.item())
    for _ in range(epochs):
        rival.zero_grad()
        loss = loss_fn(rival(X), y)
        loss.backward()
        with torch.no_grad():
            for p in rival.parameters():
                if p.grad is not None:
                    p -= p.grad  # <-- without sgd_lr
        losses["sgd"].append(loss.item())
    return losses
