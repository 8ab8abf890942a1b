"""All batches are joined, and each epoch takes one step on all of them."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    X = torch.cat([X for X, _ in batches])
    y = torch.cat([y for _, y in batches])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)  # <-- all the data, not a batch
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        scheduler.step()
    return rates
