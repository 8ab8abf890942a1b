"""SGD and clipping by hand with torch._foreach functions."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    velocity = None
    rates = []
    for epoch in range(epochs):
        rates.append(lr * gamma ** (epoch // step_size))
        for X, y in batches:
            model.zero_grad()
            loss_fn(model(X), y).backward()
            with torch.no_grad():
                params = [p for p in model.parameters() if p.grad is not None]
                grads = [p.grad for p in params]
                norm = torch.stack(torch._foreach_norm(grads)).norm()
                torch._foreach_mul_(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
                if velocity is None:
                    velocity = [torch.zeros_like(p) for p in params]
                torch._foreach_mul_(velocity, 0.9)
                torch._foreach_add_(velocity, grads)
                torch._foreach_add_(params, velocity, alpha=-rates[-1])
    return rates
