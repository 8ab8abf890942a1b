"""The model clears the gradients; deepcopy makes the copies."""

import copy

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = copy.deepcopy(model.weight.detach())
    model.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    gradient = copy.deepcopy(model.weight.grad)
    optimizer.step()
    after = copy.deepcopy(model.weight.detach())
    model.zero_grad()
    return before, gradient, after
