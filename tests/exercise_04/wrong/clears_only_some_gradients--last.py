"""Only the last parameter's gradient is cleared, after the loop over all of them."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()  # <-- all parameters but the last still hold their old gradients
            optimizer.step()
            for p in model.parameters():
                pass
            p.grad = None
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
