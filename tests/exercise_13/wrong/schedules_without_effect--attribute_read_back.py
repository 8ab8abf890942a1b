"""The new rate is set as an attribute of the optimizer, and read from its groups."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    rates = []
    for epoch in range(epochs):
        optimizer.lr = lr * gamma ** (epoch // step_size)  # <-- the rate is in param_groups
        rates.append(optimizer.param_groups[0]["lr"])
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    return rates
