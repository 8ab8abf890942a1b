"""Other names for everything, and prints."""

import torch


def descend(net, criterion, inputs, targets, eta, n):
    path = []
    for k in range(1, n + 1):
        height = criterion(net(inputs), targets)
        height.backward()
        with torch.no_grad():
            for theta in net.parameters():
                if theta.grad is not None:
                    theta -= eta * theta.grad
                theta.grad = None
        path.append(height.item())
        print(f"step {k}: {path[-1]:.4f}")
    print(path)
    return path
