"""Only the weight is given to the optimizer."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam([model.weight], lr=lr)  # <-- the bias is left out
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
