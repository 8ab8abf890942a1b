"""Two parameter groups with the same settings; the loss is measured beforehand, in a pass of its own."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    others = [p for name, p in model.named_parameters() if not name.endswith("weight")]
    optimizer = torch.optim.SGD([{"params": weights}, {"params": others, "lr": lr}], lr=lr)
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):
            group = batches[i : i + accumulate]
            n = sum(len(X) for X, _ in group)
            with torch.no_grad():
                losses.append(sum(loss_fn(model(X), y).item() * len(X) for X, y in group) / n)
            optimizer.zero_grad()
            for X, y in group:
                (loss_fn(model(X), y) * len(X) / n).backward()
            optimizer.step()
    return losses
