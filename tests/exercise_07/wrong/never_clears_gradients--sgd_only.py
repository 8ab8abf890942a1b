"""In the second run, the first optimizer clears: the gradients of another model."""

import copy

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    other = copy.deepcopy(model)
    adam_optimizer = torch.optim.Adam(model.parameters(), lr=adam_lr)
    adam = []
    for _ in range(epochs):
        adam_optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        adam_optimizer.step()
        adam.append(loss.item())
    sgd_optimizer = torch.optim.SGD(other.parameters(), lr=sgd_lr)
    sgd = []
    for _ in range(epochs):
        adam_optimizer.zero_grad()  # <-- clears the gradients of the other model
        loss = loss_fn(other(X), y)
        loss.backward()
        sgd_optimizer.step()
        sgd.append(loss.item())
    return {"adam": adam, "sgd": sgd}
