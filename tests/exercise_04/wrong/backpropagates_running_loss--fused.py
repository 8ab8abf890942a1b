"""backward() runs on the total of all losses; a fused step changes weights unseen by autograd."""

import torch


def train(model, loss_fn, batches, lr, momentum, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum, fused=True)
    losses = []
    running = 0.0
    for _ in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            running = running + loss
            running.backward(retain_graph=True)  # <-- goes through every earlier loss again
            optimizer.step()
            total += loss.item() * len(y)
            count += len(y)
        losses.append(total / count)
    return losses
