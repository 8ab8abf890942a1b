"""One optimizer, Adam, is kept for both runs with a new learning rate."""

import copy

import torch


def run(model, optimizer, loss_fn, X, y, epochs):
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    start = copy.deepcopy(model.state_dict())
    optimizer = torch.optim.Adam(model.parameters(), lr=adam_lr)
    adam = run(model, optimizer, loss_fn, X, y, epochs)
    model.load_state_dict(start)
    optimizer.param_groups[0]["lr"] = sgd_lr
    sgd = run(model, optimizer, loss_fn, X, y, epochs)  # <-- still Adam
    return {"adam": adam, "sgd": sgd}
