"""Both weights are cloned, and neither is detached."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.clone()  # <-- the copy hangs on the graph
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.clone()
    return before, gradient, after
