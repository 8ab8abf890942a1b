"""Each model is made in a fork of the random state, seeded alike."""

import torch


def fresh(make_model):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return make_model()


def losses_of(optimizer_class, lr, make_model, loss_fn, X, y, epochs):
    model = fresh(make_model)
    optimizer = optimizer_class(model.parameters(), lr=lr)
    return [one_step(model, optimizer, loss_fn, X, y) for _ in range(epochs)]


def one_step(model, optimizer, loss_fn, X, y):
    optimizer.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    data = make_model, loss_fn, X, y, epochs
    return {"adam": losses_of(torch.optim.Adam, adam_lr, *data), "sgd": losses_of(torch.optim.SGD, sgd_lr, *data)}
