"""SGD by hand with torch._foreach functions."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    losses, velocity = [], None
    examples = sum(len(X) for X, _ in batches)
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            model.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            with torch.no_grad():
                params = [p for p in model.parameters() if p.grad is not None]
                grads = [p.grad for p in params]
                if velocity is None:
                    velocity = [torch.zeros_like(p) for p in params]
                torch._foreach_mul_(velocity, momentum)
                torch._foreach_add_(velocity, grads)
                torch._foreach_add_(params, velocity, alpha=-lr)
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
