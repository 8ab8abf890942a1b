"""Gradients are zeroed in place after the step, once a copy is kept."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False)
    before = model.weight.detach().clone()
    loss = loss_fn(model(X), y)
    loss.backward()
    optimizer.step()
    gradient = model.weight.grad.detach().clone()  # the step leaves it as it is
    after = model.weight.detach().clone()
    optimizer.zero_grad(set_to_none=False)
    return before, gradient, after
