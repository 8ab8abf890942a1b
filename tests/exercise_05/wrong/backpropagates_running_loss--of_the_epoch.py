"""backward() runs on the running total of the epoch's losses."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        running = 0.0
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            total = 0.0
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)
                running = running + loss * len(X) / examples
                running.backward(retain_graph=True)  # <-- goes through every earlier loss again
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / examples)
    return losses
