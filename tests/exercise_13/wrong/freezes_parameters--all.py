"""Every parameter is frozen, so that nothing can be differentiated."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    """Train `model` with SGD, clipped and on a schedule; return the learning rate used in each epoch."""
    for p in model.parameters():
        p.requires_grad_(False)  # <--
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
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
