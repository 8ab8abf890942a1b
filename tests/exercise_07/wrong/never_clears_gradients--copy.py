"""Gradients are never cleared. The second model is a deep copy."""

import copy

import torch


def run(model, optimizer, loss_fn, X, y, epochs):
    losses = []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        loss.backward()  # <-- adds to what is there
        optimizer.step()
        losses.append(loss.item())
    return losses


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    other = copy.deepcopy(model)
    adam = run(model, torch.optim.Adam(model.parameters(), lr=adam_lr), loss_fn, X, y, epochs)
    model = other
    sgd = run(model, torch.optim.SGD(model.parameters(), lr=sgd_lr), loss_fn, X, y, epochs)
    return {"adam": adam, "sgd": sgd}
