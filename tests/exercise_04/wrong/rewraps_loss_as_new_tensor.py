"""The loss is wrapped in a new tensor."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss = torch.tensor(loss.item(), requires_grad=True)
            loss.backward()  # <-- this loss has no tie to the model
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
