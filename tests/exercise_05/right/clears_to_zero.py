"""Gradients are zeroed in place, with every option spelt out; an unfinished group is stepped on after the inner loop."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(
        model.parameters(), lr=lr, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False
    )
    losses = []

    def finish(group):
        examples = sum(y.numel() for _, y in group)
        optimizer.zero_grad(set_to_none=False)
        total = 0.0
        for X, y in group:
            loss = loss_fn(model(X), y)
            loss.mul(y.numel()).div(examples).backward()
            total += loss.item() * y.numel()
        optimizer.step()
        losses.append(total / examples)

    for _ in range(epochs):
        group = []
        for batch in batches:
            group.append(batch)
            if len(group) == accumulate:
                finish(group)
                group = []
        if group:
            finish(group)
    return losses
