"""backward() once more, on a graph that is freed."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    """Train `model` with SGD, clipped and on a schedule; return the learning rate used in each epoch."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            loss.backward()  # <-- the graph is gone
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
