"""A new optimizer is made in every epoch."""

import copy

import torch


def run(model, optimizer_class, lr, loss_fn, X, y, epochs):
    losses = []
    for _ in range(epochs):
        optimizer = optimizer_class(model.parameters(), lr=lr)  # <-- forgets what it knew
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    start = copy.deepcopy(model.state_dict())
    adam = run(model, torch.optim.Adam, adam_lr, loss_fn, X, y, epochs)
    model.load_state_dict(start)
    sgd = run(model, torch.optim.SGD, sgd_lr, loss_fn, X, y, epochs)
    return {"adam": adam, "sgd": sgd}
