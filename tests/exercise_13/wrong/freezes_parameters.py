"""All parameters before the last layer are frozen."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    for p in list(model.parameters())[:-2]:
        p.requires_grad_(False)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)  # <-- the frozen ones get no gradient
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
