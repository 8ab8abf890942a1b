"""The step comes before backward, and uses the gradient of the iteration before."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        loss = loss_fn(model(X), y)
        optimizer.step()  # <-- .grad still holds the last iteration's
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
    return losses
