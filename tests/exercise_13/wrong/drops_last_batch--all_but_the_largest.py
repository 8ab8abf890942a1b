"""Batches smaller than the largest are passed over."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            if len(X) < max(len(other) for other, _ in batches):
                continue  # <-- smaller ones count as well
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
