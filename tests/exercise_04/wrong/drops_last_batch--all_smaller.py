"""Every batch smaller than the first is left out."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for epoch in range(epochs):
        total, examples = 0.0, 0
        for X, y in batches:
            if len(X) < len(batches[0][0]):
                continue
            loss = loss_fn(model(X), y)  # <-- never a smaller batch
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            examples += len(X)
        losses.append(total / examples)
    return losses
