"""SGD holds the parameters of the first model."""

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


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    start = copy.deepcopy(model)
    adam_optimizer = torch.optim.Adam(model.parameters(), lr=adam_lr)
    sgd_optimizer = torch.optim.SGD(model.parameters(), lr=sgd_lr)
    adam = run(model, adam_optimizer, loss_fn, X, y, epochs)
    model = start
    sgd = run(model, sgd_optimizer, loss_fn, X, y, epochs)  # <-- the optimizer holds the first model's parameters
    return {"adam": adam, "sgd": sgd}
