"""backward() is never called, and the list of gradients stays empty."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    velocity, rates = {}, []
    for epoch in range(epochs):
        rate = lr * gamma ** (epoch // step_size)
        for X, y in batches:
            model.zero_grad()
            loss_fn(model(X), y)  # <-- backward() is missing
            with torch.no_grad():
                used = [p for p in model.parameters() if p.grad is not None]
                grads = [p.grad for p in used]
                norm = torch.stack(torch._foreach_norm(grads)).norm()
                torch._foreach_mul_(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
                moving = [velocity.setdefault(p, torch.zeros_like(p)) for p in used]
                torch._foreach_mul_(moving, 0.9)
                torch._foreach_add_(moving, grads)
                torch._foreach_add_(used, moving, alpha=-rate)
        rates.append(rate)
    return rates
