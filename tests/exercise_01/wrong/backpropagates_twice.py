"""backward() runs twice on the same loss."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward(retain_graph=True)
    loss.backward()  # <-- adds the same gradient again
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
