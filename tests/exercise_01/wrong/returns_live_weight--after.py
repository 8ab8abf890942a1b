"""`after` is a window on the live weight."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()  # <-- what is returned of the weight after this isn't a copy
    after = model.weight.detach()
    return before, gradient, after
