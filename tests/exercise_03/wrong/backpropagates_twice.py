"""backward() runs twice on the same loss."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward(retain_graph=True)
        loss.backward()  # <-- adds the same gradient again
        optimizer.step()
        losses.append(loss.item())
    return losses
