"""The inputs are shortened instead of the gradients."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            torch.nn.utils.clip_grad_norm_([X], max_norm)  # <-- X has no gradient; the parameters have
            optimizer.step()
        scheduler.step()
    return rates
