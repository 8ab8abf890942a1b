"""The optimizer holds the parameters of a copy; the model's gradients are cleared."""

import copy

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    start = copy.deepcopy(model)
    optimizer = torch.optim.SGD(start.parameters(), lr=lr, momentum=0.9)  # <-- not the model that is trained
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            model.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
