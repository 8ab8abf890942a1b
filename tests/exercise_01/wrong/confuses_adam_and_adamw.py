"""AdamW, which decays weights, is used where Adam is asked for."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)  # <-- decays by 0.01 unless told not to
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
