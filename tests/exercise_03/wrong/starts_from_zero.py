"""All parameters are set to zero before training."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    for p in model.parameters():
        torch.nn.init.zeros_(p)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)  # <-- the weights are all 0 here
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
