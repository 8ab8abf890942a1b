"""Adam's foreach implementation."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, foreach=True)
    before = model.weight.detach().clone()
    loss_fn(model(X), y).backward()
    gradient = model.weight.grad.clone()
    optimizer.step()
    return before, gradient, model.weight.detach().clone()
