"""The losses returned are divided by one example less."""

import torch


class MySGD(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.add_(p.grad, alpha=-group["lr"])


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = MySGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            optimizer.zero_grad()
            total = 0.0
            for X, y in group:
                loss = loss_fn(model(X), y)
                (loss * len(X) / examples).backward()
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / (examples - 1))  # <-- the number of examples
    return losses
