"""step() is given a closure that goes through the group."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, foreach=True)
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):

            def closure(group=batches[i : i + accumulate]):
                optimizer.zero_grad()
                n = sum(len(X) for X, _ in group)
                mean = torch.zeros(())
                for X, y in group:
                    loss = loss_fn(model(X), y) * len(X) / n
                    loss.backward()
                    mean = mean + loss.detach()
                return mean

            losses.append(optimizer.step(closure).item())
    return losses
