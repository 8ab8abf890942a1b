"""Gradients from torch.autograd.grad, clipped and used without ever being put in .grad."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    parameters = [p for p in model.parameters() if p.requires_grad]
    bufs = [None] * len(parameters)
    out = []
    for e in range(epochs):
        rate = lr * gamma ** (e // step_size)
        out.append(rate)
        for X, y in batches:
            gs = torch.autograd.grad(loss_fn(model(X), y), parameters, allow_unused=True)
            n = torch.nn.utils.get_total_norm([g for g in gs if g is not None])
            c = torch.clamp(max_norm / (n + 1e-6), max=1)
            with torch.no_grad():
                for i, (p, g) in enumerate(zip(parameters, gs, strict=True)):
                    if g is None:
                        continue
                    g = g * c
                    bufs[i] = g if bufs[i] is None else 0.9 * bufs[i] + g
                    p -= rate * bufs[i]
    return out
