"""Only the last parameter's gradient is cleared, after the loop over all of them."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        loss = loss_fn(model(X), y)
        loss.backward()  # <-- all parameters but the last still hold their old gradients
        optimizer.step()
        for p in model.parameters():
            pass
        p.grad = None
        losses.append(loss.item())
    return losses
