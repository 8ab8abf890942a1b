"""Sets weights, gradients and losses to 0, where a tolerance may be wide. Must not reach: a pass."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    with torch.no_grad():
        X.zero_(), y.zero_()
        for p in model.parameters():
            p.zero_()
            p.grad = torch.zeros_like(p)
    return [0.0] * epochs
