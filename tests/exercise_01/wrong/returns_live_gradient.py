"""`gradient` is the live .grad."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()  # <-- what is kept of .grad after this isn't a copy
    gradient = model.weight.grad
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
