# -*- coding: latin-1 -*-
"""A file in Latin-1 that says so: ä, ö, ü."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            optimizer.zero_grad()
            geschätzt = model(X)
            loss = loss_fn(geschätzt, y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        losses.append(total / count)
    return losses
