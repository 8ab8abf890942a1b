"""The new rate is set among the optimizer's defaults."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    rates = []
    for epoch in range(epochs):
        optimizer.defaults["lr"] = lr * gamma ** (epoch // step_size)  # <-- the groups have a rate of their own
        rates.append(optimizer.defaults["lr"])
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    return rates
