"""The prediction is made under no_grad."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    with torch.no_grad():
        prediction = model(X)  # <-- nothing is recorded here
    loss = loss_fn(prediction, y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
