"""Gradients are set to zero between backward and step."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.zero_grad(set_to_none=False)  # <-- the step finds zeros after this
        optimizer.step()
        losses.append(loss.item())
    return losses
