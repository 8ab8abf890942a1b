"""The optimizer holds the parameters of a copy."""

import copy

import torch


def one_step(model, loss_fn, X, y, lr):
    start = copy.deepcopy(model)
    optimizer = torch.optim.Adam(start.parameters(), lr=lr)  # <-- not the model that predicts
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
