"""The last group is divided by accumulate like the others, for the record too."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            size = examples / len(group)
            total = 0.0
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)
                loss = loss * len(X) / size / accumulate
                loss.backward()  # <-- the last group may hold fewer batches
                total += loss.item()
            optimizer.step()
            losses.append(total)
    return losses
