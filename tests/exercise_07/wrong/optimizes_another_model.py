"""Both optimizers hold the parameters of the model that was copied."""

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
    start = make_model()
    adam_optimizer = torch.optim.Adam(start.parameters(), lr=adam_lr)
    sgd_optimizer = torch.optim.SGD(start.parameters(), lr=sgd_lr)
    adam = run(copy.deepcopy(start), adam_optimizer, loss_fn, X, y, epochs)  # <-- the optimizer knows nothing of the copy
    sgd = run(copy.deepcopy(start), sgd_optimizer, loss_fn, X, y, epochs)
    return {"adam": adam, "sgd": sgd}
