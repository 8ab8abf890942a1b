"""SGD and clipping in their foreach implementations."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=lr, momentum=0.9, foreach=True)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.extend(scheduler.get_last_lr())
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            torch.nn.utils.clip_grad_norm_(parameters, max_norm, foreach=True)
            optimizer.step()
        scheduler.step()
    return rates
