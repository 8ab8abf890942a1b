"""Each parameter's gradient is clipped by hand, by its own norm."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            for p in model.parameters():
                if p.grad is not None and p.grad.norm() > max_norm:
                    p.grad *= max_norm / p.grad.norm()  # <-- its own norm
            optimizer.step()
        scheduler.step()
    return rates
