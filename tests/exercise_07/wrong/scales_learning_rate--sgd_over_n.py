"""SGD's learning rate is divided by the number of examples."""

import copy

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    start = copy.deepcopy(model.state_dict())
    losses = {}
    for name in ("adam", "sgd"):
        model.load_state_dict(start)
        if name == "adam":
            optimizer = torch.optim.Adam(model.parameters(), lr=adam_lr)
        else:
            optimizer = torch.optim.SGD(model.parameters(), lr=sgd_lr / X.shape[0])  # <-- not sgd_lr
        losses[name] = []
        for _ in range(epochs):
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            losses[name].append(loss.item())
    return losses
