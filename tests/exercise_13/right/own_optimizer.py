"""A subclass of torch.optim.Optimizer that clips and moves, under torch's own scheduler."""

import torch


class ClippedSGD(torch.optim.Optimizer):
    def __init__(self, params, lr, max_norm):
        super().__init__(params, {"lr": lr, "max_norm": max_norm})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            torch.nn.utils.clip_grad_norm_(group["params"], group["max_norm"])
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "velocity" in state:
                    state["velocity"].mul_(0.9).add_(p.grad)
                else:
                    state["velocity"] = p.grad.clone()
                p.add_(state["velocity"], alpha=-group["lr"])


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = ClippedSGD(model.parameters(), lr, max_norm)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            optimizer.step()
        scheduler.step()
    return rates
