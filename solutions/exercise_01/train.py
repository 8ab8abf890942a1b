"""Exercise 01: anatomy of one step."""

import torch


def one_step(model, loss_fn, X, y, lr):
    """Make one update of `model` with torch.optim.Adam; return (before, gradient, after) of `model.weight`."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
