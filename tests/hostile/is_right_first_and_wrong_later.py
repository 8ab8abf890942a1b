"""Steps rightly for ten steps and then by noise. Must not reach: a pass for what only begins well."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        if epoch < 10:
            optimizer.step()
        else:
            with torch.no_grad():
                for p in model.parameters():
                    if p.grad is not None:
                        p.add_(0.01 * torch.randn_like(p))
        losses.append(loss.item())
    return losses
