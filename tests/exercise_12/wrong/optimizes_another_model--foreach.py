"""A copy's parameters are given to an optimizer of one's own, whose list of gradients stays empty."""

import copy

import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            used = [p for p in group["params"] if p.grad is not None]
            grads = [p.grad for p in used]
            means = [self.state[p].setdefault("mean", torch.zeros_like(p)) for p in used]
            squares = [self.state[p].setdefault("square", torch.zeros_like(p)) for p in used]
            torch._foreach_lerp_(means, grads, 1 - beta1)
            torch._foreach_mul_(squares, beta2)
            torch._foreach_addcmul_(squares, grads, grads, 1 - beta2)
            sizes = torch._foreach_sqrt(torch._foreach_div(squares, 1 - beta2**self.t))
            torch._foreach_add_(sizes, group["eps"])
            torch._foreach_addcdiv_(used, means, sizes, -group["lr"] / (1 - beta1**self.t))


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    start = copy.deepcopy(model)
    optimizer = Adam(start.parameters(), lr)  # <-- not the model that is trained
    history = {"train": [], "val": []}
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for X, y in train_batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
            count += len(X)
        history["train"].append(total / count)
        model.eval()
        with torch.no_grad():
            total = sum(loss_fn(model(X), y).item() * len(X) for X, y in val_batches)
        history["val"].append(total / sum(len(X) for X, _ in val_batches))
    return history
