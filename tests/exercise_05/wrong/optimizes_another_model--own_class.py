"""A plain class has the parameters of a copy."""

import copy

import torch


class Accumulator:
    def __init__(self, params, lr):
        self.params, self.lr, self.examples = list(params), lr, 0

    def add(self, loss, examples):
        (loss * examples).backward()
        self.examples += examples

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p.add_(p.grad, alpha=-self.lr / self.examples)
                p.grad = None
        self.examples = 0


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = Accumulator(copy.deepcopy(model).parameters(), lr)  # <-- of the model itself
    losses = []
    for _ in range(epochs):
        total = 0.0
        for i, (X, y) in enumerate(batches, 1):
            loss = loss_fn(model(X), y)
            optimizer.add(loss, len(X))
            total += loss.item() * len(X)
            if i % accumulate == 0 or i == len(batches):
                losses.append(total / optimizer.examples)
                optimizer.step()
                total = 0.0
    return losses
