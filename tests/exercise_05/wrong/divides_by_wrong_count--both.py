"""Neither the sum nor the count is set back at the start of a step."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        total, seen = 0.0, 0
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)
                (loss * len(X) / examples).backward()
                total += loss.item() * len(X)
                seen += len(X)
            optimizer.step()
            losses.append(total / seen)  # <-- both count all steps of the epoch
    return losses
