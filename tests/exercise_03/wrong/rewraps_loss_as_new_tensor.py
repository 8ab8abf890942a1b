"""The loss is wrapped in a new tensor."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss = torch.tensor(loss.item(), requires_grad=True)
        loss.backward()  # <-- this loss has no tie to the model
        optimizer.step()
        losses.append(loss.item())
    return losses
