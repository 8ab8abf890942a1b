"""The update is by hand, for SGD, and asks nothing."""

import copy

import torch


def run(model, optimizer, loss_fn, X, y, epochs):
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def run_sgd(model, loss_fn, X, y, epochs, lr):
    losses = []
    for _ in range(epochs):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= lr * p.grad  # <-- .grad may be None
        losses.append(loss.item())
    return losses


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    start = copy.deepcopy(model.state_dict())
    adam = run(model, torch.optim.Adam(model.parameters(), lr=adam_lr), loss_fn, X, y, epochs)
    model.load_state_dict(start)
    return {"adam": adam, "sgd": run_sgd(model, loss_fn, X, y, epochs, sgd_lr)}
