"""Clipping in a hook that the optimizer runs before each of its steps."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    def clip(optimizer, args, kwargs):
        for group in optimizer.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], max_norm)

    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    optimizer.register_step_pre_hook(clip)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            optimizer.step()
        scheduler.step()
    return rates
