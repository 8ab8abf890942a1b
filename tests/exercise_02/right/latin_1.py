# -*- coding: latin-1 -*-
"""A file in Latin-1 that says so: ä, ö, ü."""

import torch


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for _ in range(steps):
        geschätzt = model(X)
        loss = loss_fn(geschätzt, y)
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                if p.grad is not None:
                    p -= lr * p.grad
                    p.grad = None
        losses.append(loss.item())
    return losses
