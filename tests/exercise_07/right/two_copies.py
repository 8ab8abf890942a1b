"""Two deep copies of one model."""

import copy

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    origin = make_model()
    result = {}
    for key in ["sgd", "adam"]:
        net = copy.deepcopy(origin)
        opt = torch.optim.SGD(net.parameters(), sgd_lr) if key == "sgd" else torch.optim.Adam(net.parameters(), adam_lr)
        result[key] = []
        for epoch in range(epochs):
            loss = loss_fn(net(X), y)
            loss.backward()
            opt.step()
            opt.zero_grad(set_to_none=False)
            result[key].append(float(loss))
            print(key, epoch, result[key][-1])
    return result
