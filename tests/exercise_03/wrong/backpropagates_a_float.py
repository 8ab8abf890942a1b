"""backward() is called on a Python float."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y).item()
        loss.backward()  # <-- a float has no backward()
        optimizer.step()
        losses.append(loss)
    return losses
