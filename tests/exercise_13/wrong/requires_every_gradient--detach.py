"""Clipping by hand, where every .grad is flattened, with .detach()."""

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
            entries = torch.cat([p.grad.detach().flatten() for p in model.parameters()])  # <-- .grad may be None
            if entries.norm() > max_norm:
                for p in model.parameters():
                    p.grad *= max_norm / entries.norm()
            optimizer.step()
        scheduler.step()
    return rates
