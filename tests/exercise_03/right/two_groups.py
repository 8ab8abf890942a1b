"""Two parameter groups with the same settings, and more forward passes than needed."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    others = [p for name, p in model.named_parameters() if not name.endswith("weight")]
    optimizer = torch.optim.Adam([{"params": weights}, {"params": others, "lr": lr}], lr=lr)
    losses = []
    for _ in range(epochs):
        with torch.no_grad():
            losses.append(loss_fn(model(X), y).item())
        optimizer.zero_grad()
        loss_fn(model(X), y).backward()
        optimizer.step()
    return losses
