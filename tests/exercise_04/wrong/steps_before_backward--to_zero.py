"""The step comes before backward, on gradients set to zero."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad(set_to_none=False)
            loss = loss_fn(model(X), y)
            optimizer.step()  # <-- backward() comes only after this
            loss.backward()
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
