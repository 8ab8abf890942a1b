"""Each batch counts the same whatever its size; the last loss is reported."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)
                (loss / accumulate).backward()  # <-- batches differ in size
            optimizer.step()
            losses.append(loss.item())
    return losses
