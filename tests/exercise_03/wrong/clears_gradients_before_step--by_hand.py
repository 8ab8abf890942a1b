"""An update by hand that finds no gradients any more."""

import torch


def train(model, loss_fn, X, y, lr, epochs):
    params = [p for p in model.parameters() if p.requires_grad]
    m = [torch.zeros_like(p.data) for p in params]
    v = [torch.zeros_like(p.data) for p in params]
    losses = []
    for t in range(1, epochs + 1):
        loss = loss_fn(model(X), y)
        loss.backward()
        model.zero_grad()  # <-- before the update
        for i, p in enumerate(params):
            if p.grad is None:
                continue
            m[i] = 0.9 * m[i] + 0.1 * p.grad.data
            v[i] = 0.999 * v[i] + 0.001 * p.grad.data**2
            p.data = p.data - lr * (m[i] / (1 - 0.9**t)) / (torch.sqrt(v[i] / (1 - 0.999**t)) + 1e-8)
            p.grad.data.zero_()
        losses.append(loss.item())
    return losses
