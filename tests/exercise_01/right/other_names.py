"""Other names for everything, and prints."""

import torch


def one_step(net, criterion, inputs, targets, learning_rate):
    optimiser = torch.optim.Adam(params=net.parameters(), lr=learning_rate)
    w_old = net.weight.detach().clone()
    print("before", w_old)
    predictions = net(inputs)
    error = criterion(predictions, targets)
    error.backward()
    w_grad = net.weight.grad.detach().clone()
    print("gradient", w_grad, "loss", error.item())
    optimiser.step()
    w_new = net.weight.detach().clone()
    print("after", w_new)
    return w_old, w_grad, w_new
