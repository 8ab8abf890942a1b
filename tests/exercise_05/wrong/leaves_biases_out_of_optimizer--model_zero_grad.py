"""Only the weights are given to the optimizer; all gradients are cleared."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    weights = [p for name, p in model.named_parameters() if "weight" in name]
    optimizer = torch.optim.SGD(weights, lr=lr)  # <-- the biases are left out
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            total = 0.0
            model.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)
                (loss * len(X) / examples).backward()
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / examples)
    return losses
