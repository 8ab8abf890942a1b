"""step() is called twice."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    optimizer.step()  # <-- a second step along the same gradient
    after = model.weight.detach().clone()
    return before, gradient, after
