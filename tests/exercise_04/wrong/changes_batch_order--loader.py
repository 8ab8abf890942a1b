"""A DataLoader shuffles the batches."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    loader = torch.utils.data.DataLoader(batches, batch_size=None, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)  # <-- not in the order given
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
