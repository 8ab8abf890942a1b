"""The mean absolute error is used instead of the squared one."""

import torch


def one_step(model, loss_fn, X, y, lr):
    criterion = torch.nn.L1Loss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = criterion(model(X), y)  # <-- not the loss that was passed in
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
