"""Clipping, in a hook before each step, is given the weights' data, which has no gradients."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    def shorten(optimizer, args, kwargs):
        weights = [p.data for group in optimizer.param_groups for p in group["params"]]
        torch.nn.utils.clip_grad_norm_(weights, max_norm)  # <-- p.data has no gradient; p has

    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    optimizer.register_step_pre_hook(shorten)
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
