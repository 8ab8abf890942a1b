"""The optimizer holds the parameters of a copy; the model's gradients are cleared."""

import copy

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    start_model = copy.deepcopy(model)
    optimizer = torch.optim.SGD(start_model.parameters(), lr=lr)  # <-- not the model that is trained
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
