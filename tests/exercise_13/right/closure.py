"""step() is given a closure, which clips."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=step_size, gamma=gamma)
    rates = []
    for _ in range(epochs):
        for X, y in batches:

            def closure(X=X, y=y):
                optimizer.zero_grad()
                loss = loss_fn(model(X), y)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
                return loss

            optimizer.step(closure)
        rates.append(scheduler.get_last_lr()[0])
        scheduler.step()
    return rates
