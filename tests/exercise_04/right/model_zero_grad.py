"""The model clears the gradients; the total is a tensor, detached."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for _ in range(epochs):
        total = torch.zeros((), dtype=torch.float64)
        for X, y in batches:
            model.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(X)
        losses.append((total / sum(len(X) for X, _ in batches)).item())
    return losses
