"""The step comes before backward, on gradients set to zero."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad(set_to_none=False)
        loss = loss_fn(model(X), y)
        optimizer.step()  # <-- backward() comes only after this
        loss.backward()
        losses.append(loss.item())
    return losses
