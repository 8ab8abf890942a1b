"""Everything by hand in the loop itself, with updates of p.data; .grad stays as it came."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    params = [p for p in model.parameters() if p.requires_grad]
    velocity = [torch.zeros_like(p.data) for p in params]
    rates = []
    for epoch in range(epochs):
        rate = lr * gamma ** (epoch // step_size)
        rates.append(rate)
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            norm = sum(float((p.grad.data**2).sum()) for p in params if p.grad is not None) ** 0.5
            factor = max_norm / norm if norm > max_norm else 1.0
            for i, p in enumerate(params):
                if p.grad is None:
                    continue
                velocity[i] = factor * p.grad.data + 0.9 * velocity[i]
                p.data = p.data - rate * velocity[i]
                p.grad = None
    return rates
