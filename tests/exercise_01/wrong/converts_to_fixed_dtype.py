"""The data always become float32."""

import torch


def one_step(model, loss_fn, X, y, lr):
    X, y = X.float(), y.float()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)  # <-- the model may be float64
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
