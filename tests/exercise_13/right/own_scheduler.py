"""A scheduler that sets the rate as a function of the epoch, told the epoch by a generator."""

import torch


class Stairs(torch.optim.lr_scheduler.LRScheduler):
    def __init__(self, optimizer, step_size, gamma):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def get_lr(self):
        return [base * self.gamma ** (self.last_epoch // self.step_size) for base in self.base_lrs]


def learning_rates(scheduler, epochs):
    for _ in range(epochs):
        yield scheduler.get_last_lr()[0]
        scheduler.step()


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    rates = []
    for rate in learning_rates(Stairs(optimizer, step_size, gamma), epochs):
        rates.append(rate)
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
    return rates
