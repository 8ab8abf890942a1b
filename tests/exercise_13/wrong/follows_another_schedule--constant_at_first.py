"""The rate is lower at first."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    """Train `model` with SGD, clipped and on a schedule; return the learning rate used in each epoch."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=gamma, total_iters=step_size)  # <-- StepLR
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
