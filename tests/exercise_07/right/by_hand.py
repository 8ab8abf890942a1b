"""Both updates by hand, Adam after algorithm 1 of the paper, SGD on p.data; the loss written out."""

import copy

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    first = make_model()
    second = copy.deepcopy(first)

    adam, t, m, v = [], 0, {}, {}
    for _ in range(epochs):
        loss = ((first(X) - y) ** 2).mean()
        adam.append(loss.item())
        loss.backward()
        t += 1
        with torch.no_grad():
            for p in first.parameters():
                if p.grad is None:
                    continue
                m[p] = 0.9 * m.get(p, 0.0) + 0.1 * p.grad
                v[p] = 0.999 * v.get(p, 0.0) + 0.001 * p.grad**2
                p -= adam_lr * (m[p] / (1 - 0.9**t)) / ((v[p] / (1 - 0.999**t)).sqrt() + 1e-8)
                p.grad = None

    sgd = []
    for _ in range(epochs):
        second.zero_grad()
        loss = ((second(X) - y) ** 2).mean()
        sgd.append(loss.item())
        loss.backward()
        for p in second.parameters():
            if p.grad is not None:
                p.data = p.data - sgd_lr * p.grad
    return {"sgd": sgd, "adam": adam}
