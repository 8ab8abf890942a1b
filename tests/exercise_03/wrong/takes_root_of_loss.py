"""The root of the mean squared error is differentiated."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = torch.sqrt(loss_fn(model(X), y))  # <-- the root isn't asked for
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
