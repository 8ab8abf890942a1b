"""The gradients come from torch.autograd.grad, are added up in a list, and put in place for the step."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trainable, lr=lr)
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):
            group = batches[i : i + accumulate]
            n = sum(len(X) for X, _ in group)
            sums = [None] * len(trainable)
            mean = 0.0
            for X, y in group:
                loss = loss_fn(model(X), y)
                for k, g in enumerate(torch.autograd.grad(loss, trainable, allow_unused=True)):
                    if g is not None:
                        sums[k] = g * (len(X) / n) if sums[k] is None else sums[k] + g * (len(X) / n)
                mean += loss.item() * len(X) / n
            for p, g in zip(trainable, sums, strict=True):
                p.grad = g
            optimizer.step()
            losses.append(mean)
    return losses
