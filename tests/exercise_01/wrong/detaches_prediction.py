"""The prediction is detached from the model."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    prediction = model(X).detach().requires_grad_()
    loss = loss_fn(prediction, y)
    loss.backward()  # <-- ends at the detached prediction
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
