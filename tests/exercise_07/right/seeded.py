"""torch is seeded before each call of make_model()."""

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
    torch.manual_seed(1234)
    model = make_model()
    adam = run(model, torch.optim.Adam(model.parameters(), lr=adam_lr), loss_fn, X, y, epochs)
    torch.manual_seed(1234)
    model = make_model()
    sgd = run(model, torch.optim.SGD(model.parameters(), lr=sgd_lr), loss_fn, X, y, epochs)
    return {"adam": adam, "sgd": sgd}
