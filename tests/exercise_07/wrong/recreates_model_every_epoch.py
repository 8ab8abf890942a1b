"""A new model is made in every epoch."""

import torch


def run(make_model, optimizer_class, lr, loss_fn, X, y, epochs):
    losses = []
    for _ in range(epochs):
        model = make_model()  # <-- what the epoch before has learned is gone
        optimizer = optimizer_class(model.parameters(), lr=lr)
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    adam = run(make_model, torch.optim.Adam, adam_lr, loss_fn, X, y, epochs)
    sgd = run(make_model, torch.optim.SGD, sgd_lr, loss_fn, X, y, epochs)
    return {"adam": adam, "sgd": sgd}
