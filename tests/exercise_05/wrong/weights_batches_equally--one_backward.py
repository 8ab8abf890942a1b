"""The batches' losses are averaged, whatever their sizes, for one backward."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            mean = 0.0
            for X, y in group:
                loss = loss_fn(model(X), y)
                mean = mean + loss / len(group)
            optimizer.zero_grad()
            mean.backward()  # <-- batches differ in size
            optimizer.step()
            losses.append(mean.item())
    return losses
