"""While loops; each parameter's gradient is set to None by hand."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=lr, momentum=momentum)
    losses = []
    while len(losses) < epochs:
        mean, seen, i = 0.0, 0, 0
        while i < len(batches):
            X, y = batches[i]
            for p in model.parameters():
                p.grad = None
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            seen += len(X)
            mean += (loss.item() - mean) * len(X) / seen
            i += 1
        losses.append(mean)
    return losses
