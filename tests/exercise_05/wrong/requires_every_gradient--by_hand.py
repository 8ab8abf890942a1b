"""SGD by hand, where a parameter without a gradient is not skipped."""

import torch


class SGD:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p in self.params:
            p -= self.lr * p.grad  # <-- .grad may be None


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            total = 0.0
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X), y)
                (loss * len(X) / examples).backward()
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / examples)
    return losses
