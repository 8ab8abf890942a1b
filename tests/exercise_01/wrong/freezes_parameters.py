"""The bias is frozen."""

import torch


def one_step(model, loss_fn, X, y, lr):
    model.bias.requires_grad_(False)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)  # <-- the frozen bias gets no gradient
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
