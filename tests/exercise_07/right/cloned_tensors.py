"""Every parameter is cloned, and copied back."""

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
    start = [p.detach().clone() for p in model.parameters()]
    adam = run(model, torch.optim.Adam(model.parameters(), lr=adam_lr), loss_fn, X, y, epochs)
    with torch.no_grad():
        for p, old in zip(model.parameters(), start, strict=True):
            p.copy_(old)
    sgd = run(model, torch.optim.SGD(model.parameters(), lr=sgd_lr), loss_fn, X, y, epochs)
    return {"adam": adam, "sgd": sgd}
