"""Gradients are zeroed in place, with every option spelt out."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(
        model.parameters(), lr=lr, momentum=momentum, dampening=0, weight_decay=0, nesterov=False, maximize=False
    )
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            prediction = model(X)
            loss = loss_fn(prediction, y)
            optimizer.zero_grad(set_to_none=False)
            loss.backward()
            optimizer.step()
            total += loss.item() * y.numel()
            count += y.numel()
        losses.append(total / count)
    return losses
