"""backward() is called on a detached loss."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y).detach()
        loss.backward()  # <-- detached: there is no graph to go back through
        optimizer.step()
        losses.append(loss.item())
    return losses
