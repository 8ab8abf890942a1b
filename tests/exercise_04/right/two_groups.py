"""Two parameter groups with the same settings; the loss is measured beforehand, in a pass of its own."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    others = [p for name, p in model.named_parameters() if not name.endswith("weight")]
    optimizer = torch.optim.SGD([{"params": weights}, {"params": others, "momentum": momentum}], lr=lr, momentum=momentum)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            with torch.no_grad():
                total += loss_fn(model(X), y).item() * len(X)
                count += len(X)
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            optimizer.step()
        losses.append(total / count)
    return losses
