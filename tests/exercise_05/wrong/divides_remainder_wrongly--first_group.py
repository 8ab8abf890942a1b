"""Each step is divided by its own number of examples, the last by that of the first group."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            full = sum(len(X) for X, _ in batches[:accumulate])
            divisor = examples if len(group) == accumulate else full
            total = 0.0
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)
                (loss * len(X) / divisor).backward()  # <-- the last group has fewer examples
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / examples)
    return losses
