"""SGD as a subclass of Optimizer, where the parameter moves before the velocity takes in the gradient."""

import torch


class MySGD(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                v = self.state[p].setdefault("velocity", torch.zeros_like(p))
                p -= group["lr"] * v
                v.mul_(group["momentum"]).add_(p.grad)


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = MySGD(model.parameters(), lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()  # <-- moves along the velocity of the step before
            total += loss.item() * len(X)
        losses.append(total / examples)
    return losses
