"""An optimizer of torch's kind, whose step ends at the first parameter without a gradient."""

import torch


class SGD(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    return  # <-- the parameters after it are left out
                velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
                velocity.mul_(group["momentum"]).add_(p.grad)
                p.sub_(velocity, alpha=group["lr"])


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = SGD(model.parameters(), lr, momentum)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
            count += len(y)
        losses.append(total / count)
    return losses
