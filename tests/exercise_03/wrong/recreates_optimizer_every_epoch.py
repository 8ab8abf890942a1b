"""The optimizer is made anew in every epoch."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    losses = []
    for epoch in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)  # <-- it forgets m, v and t
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
