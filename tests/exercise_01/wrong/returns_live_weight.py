"""`before` is a window on the live weight."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()  # <-- changes `before` as well, which isn't a copy
    after = model.weight.detach().clone()
    return before, gradient, after
