"""The loss is half the mean squared error."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = 0.5 * loss_fn(model(X), y)  # <-- half of what is asked
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
