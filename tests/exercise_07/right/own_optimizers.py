"""Subclasses of torch.optim.Optimizer; several models made, of which the last serves; data in another order."""

import copy

import torch


class PlainSGD(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        assert closure is None
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.sub_(p.grad, alpha=group["lr"])


class SlowAdam(torch.optim.Adam):
    """Adam, with its single-tensor code and the defaults spelt out."""

    def __init__(self, params, lr):
        super().__init__(params, lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, foreach=False)


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    candidates = [make_model() for _ in range(3)]
    start = copy.deepcopy(candidates[-1].state_dict())
    order = torch.randperm(len(X))
    X, y = X[order], y[order]
    curves = {}
    for name, optimizer_class, lr in [("adam", SlowAdam, adam_lr), ("sgd", PlainSGD, sgd_lr)]:
        model = candidates[0]
        model.load_state_dict(start)
        model.train()
        optimizer = optimizer_class(model.parameters(), lr)
        curve = torch.zeros(epochs, dtype=X.dtype)
        for epoch in range(epochs):
            prediction = model(X)
            optimizer.zero_grad()
            loss = loss_fn(prediction, y)
            loss.backward()
            optimizer.step()
            curve[epoch] = loss.detach()
        curves[name] = curve.tolist()
    return curves
