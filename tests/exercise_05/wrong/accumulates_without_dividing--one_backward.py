"""The batches' losses are added up, but not averaged, for one backward."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            mean, total = 0.0, 0.0
            for X, y in group:
                loss = loss_fn(model(X), y)
                mean = mean + loss
                total += loss.item() * len(X)
            optimizer.zero_grad()
            mean.backward()  # <-- the sum of the means, not their mean
            optimizer.step()
            losses.append(total / examples)
    return losses
