"""Adam has twice the learning rate."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=2 * lr)  # <-- twice the rate
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
