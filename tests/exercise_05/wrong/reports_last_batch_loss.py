"""The last batch's loss is reported for the whole step."""

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
                (loss * len(X) / examples).backward()
            optimizer.step()
            losses.append(loss.item())  # <-- the last batch's alone
    return losses
