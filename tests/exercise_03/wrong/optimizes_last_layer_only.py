"""Only the last layer is given to the optimizer."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    last = list(model.parameters())[-2:]
    optimizer = torch.optim.Adam(last, lr=lr)  # <-- the earlier layers are left out
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
