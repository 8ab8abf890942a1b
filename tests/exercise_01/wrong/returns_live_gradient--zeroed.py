"""`gradient` is the live .grad, which is zeroed in the end."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad
    optimizer.step()
    after = model.weight.detach().clone()
    optimizer.zero_grad(set_to_none=False)  # <-- zeroes `gradient` as well, which isn't a copy
    return before, gradient, after
