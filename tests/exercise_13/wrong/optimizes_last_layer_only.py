"""Only the last layer is given to the optimizer."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    last = list(model.parameters())[-2:]
    optimizer = torch.optim.SGD(last, lr=lr, momentum=0.9)  # <-- the earlier layers are left out
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
