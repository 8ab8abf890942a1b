# -*- coding: latin-1 -*-
"""A file in Latin-1 that says so: ä, ö, ü."""

import torch


def one_step(model, loss_fn, X, y, lr):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    before = model.weight.detach().clone()
    geschätzt = model(X)
    loss = loss_fn(geschätzt, y)
    loss.backward()
    gradient = model.weight.grad.detach().clone()
    optimizer.step()
    after = model.weight.detach().clone()
    return before, gradient, after
