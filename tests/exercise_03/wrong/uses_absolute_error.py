"""The mean absolute error is used instead of the squared one."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    criterion = torch.nn.L1Loss()
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = criterion(model(X), y)  # <-- not the loss that was passed in
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
