"""Clipping by hand, where a parameter without a gradient is not skipped."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            norm = sum((p.grad**2).sum() for p in model.parameters()) ** 0.5  # <-- .grad may be None
            if norm > max_norm:
                for p in model.parameters():
                    p.grad *= max_norm / norm
            optimizer.step()
        scheduler.step()
    return rates
