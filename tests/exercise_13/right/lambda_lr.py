"""LambdaLR, and zero_grad at the loop's end."""

import torch
from torch.optim.lr_scheduler import LambdaLR


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr, 0.9)
    scheduler = LambdaLR(optimizer, lr_lambda=lambda epoch: gamma ** (epoch // step_size))
    used = []
    for _epoch in range(epochs):
        used += scheduler.get_last_lr()
        for i in range(len(batches)):
            inputs, targets = batches[i]
            loss = loss_fn(model(inputs), targets)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=max_norm)
            optimizer.step()
            optimizer.zero_grad()
        scheduler.step()
    return used
