"""backward() is never called, and there are no gradients whose norm could be taken."""

import torch


def clip(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in grads]))
    scale = min(1.0, max_norm / (norm.item() + 1e-6))
    for g in grads:
        g.mul_(scale)


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y)  # <-- backward() is missing
            clip(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
