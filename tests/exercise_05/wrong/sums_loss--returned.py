"""The loss is summed over the examples, and the sum is returned."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    criterion = torch.nn.MSELoss(reduction="sum")
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            total = 0.0
            optimizer.zero_grad()
            for X, y in group:
                loss = criterion(model(X), y)  # <-- a sum, not a mean
                loss.backward()
                total += loss.item()
            optimizer.step()
            losses.append(total)
    return losses
