"""backward() runs on the running total of a step's losses, whose graphs are gone."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            total, running = 0.0, 0.0
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)
                running = running + loss * len(X) / examples
                running.backward()  # <-- goes through the step's earlier losses again
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / examples)
    return losses
