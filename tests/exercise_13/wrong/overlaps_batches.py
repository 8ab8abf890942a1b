"""Batches are cut again from all the data, and overlap by half."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    all_X = torch.cat([X for X, _ in batches])
    all_y = torch.cat([y for _, y in batches])
    size = len(batches[0][0])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for i in range(0, len(all_X), size // 2):
            X, y = all_X[i : i + size], all_y[i : i + size]
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)  # <-- i moves on by half a batch
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
