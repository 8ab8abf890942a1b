"""Model and data always become float64."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    model = model.double()
    X, y = X.double(), y.double()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)  # <-- the model may have been float32
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
