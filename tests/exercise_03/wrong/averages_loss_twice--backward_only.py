"""The mean loss is divided by the number of examples for backward."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        (loss / len(X)).backward()  # <-- it is a mean already
        optimizer.step()
        losses.append(loss.item())
    return losses
