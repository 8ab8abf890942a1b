"""The gradients come from torch.autograd.grad, and are put in place by hand."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trainable, lr=lr)
    losses = []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        for p, g in zip(trainable, torch.autograd.grad(loss, trainable, allow_unused=True), strict=True):
            p.grad = g
        optimizer.step()
        losses.append(loss.item())
    return losses
