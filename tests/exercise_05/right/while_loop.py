"""While loops; each parameter's gradient is set to None by hand, and the mean is updated as it goes."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=lr)
    losses, epoch = [], 0
    while epoch < epochs:
        start = 0
        while start < len(batches):
            end = min(start + accumulate, len(batches))
            for p in model.parameters():
                p.grad = None
            n = 0
            for k in range(start, end):
                n += len(batches[k][0])
            mean, seen, k = 0.0, 0, start
            while k < end:
                X, y = batches[k]
                loss = loss_fn(model(X), y)
                (len(X) / n * loss).backward()
                seen += len(X)
                mean += (loss.item() - mean) * len(X) / seen
                k += 1
            optimizer.step()
            losses.append(mean)
            start = end
        epoch += 1
    return losses
