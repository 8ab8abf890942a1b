"""Clipping by hand as in the paper: new gradients, no 1e-6, and only where the norm is above the limit."""

import math

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    rates = [lr * gamma ** (epoch // step_size) for epoch in range(epochs)]
    for rate in rates:
        optimizer.param_groups[0]["lr"] = rate
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            squares = 0.0
            for p in model.parameters():
                if p.grad is not None:
                    squares += (p.grad**2).sum().item()
            norm = math.sqrt(squares)
            if norm > max_norm:
                for p in model.parameters():
                    if p.grad is not None:
                        p.grad = max_norm * p.grad / norm
            optimizer.step()
    return rates
