"""All parameters are frozen, so there are none to differentiate by."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    model.requires_grad_(False)  # <-- nothing can be learned
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):
            group = batches[i : i + accumulate]
            n = sum(len(X) for X, _ in group)
            params = [p for p in model.parameters() if p.requires_grad]
            sums = [torch.zeros_like(p) for p in params]
            mean = 0.0
            for X, y in group:
                loss = loss_fn(model(X), y)
                gradients = torch.autograd.grad(loss, params, allow_unused=True)
                for s, g in zip(sums, gradients, strict=True):
                    if g is not None:
                        s += g * len(X)
                mean += loss.item() * len(X) / n
            with torch.no_grad():
                for p, s in zip(params, sums, strict=True):
                    p -= lr * s / n
            losses.append(mean)
    return losses
