"""Two parameter groups with the same settings, and a forward pass to look at the loss."""

import torch


def one_step(model, loss_fn, X, y, lr):
    with torch.no_grad():
        print(loss_fn(model(X), y).item())
    optimizer = torch.optim.Adam([{"params": [model.weight]}, {"params": [model.bias]}], lr=lr)
    before = torch.empty_like(model.weight.data).copy_(model.weight.data)
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad + 0.0
    optimizer.step()
    with torch.no_grad():
        after = model.weight + 0.0
        print(loss_fn(model(X), y).item())
    return before, gradient, after
