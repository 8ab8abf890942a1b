"""Each batch's summed loss is divided by the number of all examples."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = ((model(X) - y) ** 2).sum() / examples  # <-- belongs to the record alone
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total)
    return losses
