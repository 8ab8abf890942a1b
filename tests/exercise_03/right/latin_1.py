# -*- coding: latin-1 -*-
"""A file in Latin-1 that says so: ä, ö, ü."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        geschätzt = model(X)
        loss = loss_fn(geschätzt, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
