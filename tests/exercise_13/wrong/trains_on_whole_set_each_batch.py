"""Each step uses all the data in place of its batch."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    all_X = torch.cat([X for X, _ in batches])
    all_y = torch.cat([y for _, y in batches])
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(all_X), all_y)  # <-- all the data, not the batch
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
