"""The root of the loss is differentiated, but the loss itself recorded."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.sqrt().backward()  # <-- the root isn't asked for
        optimizer.step()
        losses.append(loss.item())
    return losses
