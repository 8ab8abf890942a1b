"""A subclass of torch.optim.Optimizer that does SGD's work by hand."""

import torch


class MySGD(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, momentum=0.0):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "velocity" in state:
                    state["velocity"].mul_(group["momentum"]).add_(p.grad)
                else:
                    state["velocity"] = p.grad.clone()
                p.add_(state["velocity"], alpha=-group["lr"])


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = MySGD(model.parameters(), lr=lr, momentum=momentum)
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        losses.append(total / count)
    return losses
