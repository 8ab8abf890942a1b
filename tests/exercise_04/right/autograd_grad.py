"""The gradients come from torch.autograd.grad, and are put in place by hand."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trainable, lr=lr, momentum=momentum)
    examples = sum(len(X) for X, _ in batches)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            for p, g in zip(trainable, torch.autograd.grad(loss, trainable, allow_unused=True), strict=True):
                p.grad = g
            optimizer.step()
            total += loss.item() * len(X) / examples
        losses.append(total)
    return losses
