"""The prediction is detached from the model."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            prediction = model(X).detach().requires_grad_()
            loss = loss_fn(prediction, y)
            loss.backward()  # <-- ends at the detached prediction
            optimizer.step()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
