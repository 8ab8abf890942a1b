"""A new optimizer is made for each new learning rate."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    rates = []
    for epoch in range(epochs):
        rate = lr * gamma ** (epoch // step_size)
        if epoch % step_size == 0:
            optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)  # <-- the velocity is lost
        rates.append(rate)
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    return rates
