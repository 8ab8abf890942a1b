"""backward() runs on the running total of the losses, whose graphs are gone."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        running = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            running = running + loss
            running.backward()  # <-- goes through every earlier loss again
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
