"""A hook on each parameter weights the gradients as they come."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    share = 1.0
    handles = [p.register_hook(lambda g: g * share) for p in model.parameters() if p.requires_grad]
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):
            group = batches[i : i + accumulate]
            n = sum(len(X) for X, _ in group)
            optimizer.zero_grad()
            mean = 0.0
            for X, y in group:
                share = len(X) / n
                loss = loss_fn(model(X), y)
                loss.backward()
                mean += share * loss.item()
            optimizer.step()
            losses.append(mean)
    for handle in handles:
        handle.remove()
    return losses
