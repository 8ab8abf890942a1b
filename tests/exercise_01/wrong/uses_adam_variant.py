"""NAdam is used in place of Adam."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.NAdam(model.parameters(), lr=lr)  # <-- not Adam
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
