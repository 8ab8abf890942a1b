"""Only the last two parameters' gradients are cleared."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for p in list(model.parameters())[-2:]:
            p.grad = None
        loss = loss_fn(model(X), y)
        loss.backward()  # <-- the earlier layers still hold their old gradients
        optimizer.step()
        losses.append(loss.item())
    return losses
