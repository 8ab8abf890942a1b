"""An Adam of its own without the learning rate."""

import math

import torch


class MyAdam(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps})
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            b1, b2 = group["betas"]
            params = [p for p in group["params"] if p.grad is not None]
            grads = [p.grad for p in params]
            m = [self.state[p].setdefault("m", torch.zeros_like(p)) for p in params]
            v = [self.state[p].setdefault("v", torch.zeros_like(p)) for p in params]
            torch._foreach_lerp_(m, grads, 1 - b1)
            torch._foreach_mul_(v, b2)
            torch._foreach_addcmul_(v, grads, grads, 1 - b2)
            root = torch._foreach_sqrt(v)
            torch._foreach_div_(root, math.sqrt(1 - b2**self.t))
            torch._foreach_add_(root, group["eps"])
            torch._foreach_addcdiv_(params, m, root, -1 / (1 - b1**self.t))  # <-- lr is missing


def fit(model, loss_fn, train_batches, val_batches, lr, epochs):
    optimizer = MyAdam(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        for phase, batches in (("train", train_batches), ("val", val_batches)):
            model.train(phase == "train")
            total = 0.0
            for X, y in batches:
                with torch.set_grad_enabled(phase == "train"):
                    loss = loss_fn(model(X), y)
                if phase == "train":
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                total += loss.item() * len(X)
            history[phase].append(total / sum(len(X) for X, _ in batches))
    return history
