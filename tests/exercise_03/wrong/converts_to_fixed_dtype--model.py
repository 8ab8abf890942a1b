"""Model and data always become float32."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    model = model.float()
    X, y = X.float(), y.float()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)  # <-- the model may have been float64
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
