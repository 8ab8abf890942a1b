"""The step comes before backward."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    optimizer.step()  # <-- backward() comes only after this
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    after = model.weight.detach().clone()
    return before, gradient, after
