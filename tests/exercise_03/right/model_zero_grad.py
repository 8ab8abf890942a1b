"""The model clears the gradients, and is put in train mode."""

import torch.optim as optim


def train(model, loss_fn, X, y, lr, epochs):
    model.train()
    optimizer = optim.Adam(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return history
