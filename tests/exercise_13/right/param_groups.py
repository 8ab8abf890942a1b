"""The schedule by hand, through param_groups: the rate falls at an epoch's end."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    rates = []
    for epoch in range(1, epochs + 1):
        rates.append(lr)
        for X, y in batches:
            model.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            print(f"epoch {epoch}: loss {loss.item():.4f}, norm {norm:.4f}")
            optimizer.step()
        if epoch % step_size == 0:
            lr = lr * gamma
            for group in optimizer.param_groups:
                group["lr"] = lr
    return rates
