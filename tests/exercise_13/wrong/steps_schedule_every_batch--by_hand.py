"""The steps are counted where the epochs should be."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    rates = []
    steps = 0
    for epoch in range(epochs):
        rates.append(lr * gamma ** (steps // step_size))
        for X, y in batches:
            for group in optimizer.param_groups:
                group["lr"] = lr * gamma ** (steps // step_size)  # <-- steps, not epochs
            steps += 1
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    return rates
