"""The loss is summed over the batch, not averaged."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    criterion = torch.nn.MSELoss(reduction="sum")
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = criterion(model(X), y)  # <-- a sum, not a mean
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / examples)
    return losses
