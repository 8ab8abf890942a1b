"""The model is drawn anew in every epoch."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for layer in model.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
        for X, y in batches:
            optimizer.zero_grad()  # <-- what earlier epochs learned is gone
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
