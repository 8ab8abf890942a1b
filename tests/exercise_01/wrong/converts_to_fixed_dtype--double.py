"""Model and data always become float64."""

import torch


def one_step(model, loss_fn, X, y, lr):
    model = model.double()
    X, y = X.double(), y.double()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)  # <-- the model may have been float32
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
