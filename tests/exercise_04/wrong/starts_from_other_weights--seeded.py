"""The weights are drawn anew, with a seed, before training."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    torch.manual_seed(42)
    for layer in model.modules():
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)  # <-- the weights are no longer those that came
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
