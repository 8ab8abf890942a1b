"""Exercise 07: a fair comparison."""

import copy

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    """Train with Adam and with SGD from the same weights on the same data; return the losses of each."""
    model = make_model()
    start = copy.deepcopy(model.state_dict())
    losses = {}
    for name, optimizer_class, lr in (("adam", torch.optim.Adam, adam_lr), ("sgd", torch.optim.SGD, sgd_lr)):
        model.load_state_dict(start)
        optimizer = optimizer_class(model.parameters(), lr=lr)
        losses[name] = []
        for _ in range(epochs):
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            losses[name].append(loss.item())
    return losses
