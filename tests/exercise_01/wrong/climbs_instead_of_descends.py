"""The negated loss is differentiated, so the step goes uphill."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = -loss_fn(model(X), y)  # <-- uphill
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
