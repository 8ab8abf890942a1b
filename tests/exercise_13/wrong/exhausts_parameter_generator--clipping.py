"""One generator of parameters serves the optimizer and then, empty, every clipping."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    parameters = model.parameters()
    optimizer = torch.optim.SGD(parameters, lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, max_norm)  # <-- the generator is used up
            optimizer.step()
        scheduler.step()
    return rates
