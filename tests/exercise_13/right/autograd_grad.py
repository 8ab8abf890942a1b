"""The gradients come from torch.autograd.grad, are clipped, and only then put in place."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trainable, lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            grads = torch.autograd.grad(loss_fn(model(X), y), trainable, allow_unused=True)
            norm = torch.cat([g.reshape(-1) for g in grads if g is not None]).norm()
            scale = torch.clamp(max_norm / norm, max=1.0)
            for p, g in zip(trainable, grads, strict=True):
                p.grad = None if g is None else g * scale
            optimizer.step()
        scheduler.step()
    return rates
