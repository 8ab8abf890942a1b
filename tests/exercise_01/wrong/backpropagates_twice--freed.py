"""backward() is called a second time, on a graph that is gone."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    loss.backward()  # <-- once more, without retain_graph
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
