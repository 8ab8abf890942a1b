"""step() comes before backward(), on cleared gradients."""

import copy

import torch


def run(model, optimizer, loss_fn, X, y, epochs):
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad(set_to_none=False)
        loss = loss_fn(model(X), y)
        optimizer.step()  # <-- there is no gradient yet
        loss.backward()
        losses.append(loss.item())
    return losses


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    start = copy.deepcopy(model.state_dict())
    adam = run(model, torch.optim.Adam(model.parameters(), lr=adam_lr), loss_fn, X, y, epochs)
    model.load_state_dict(start)
    sgd = run(model, torch.optim.SGD(model.parameters(), lr=sgd_lr), loss_fn, X, y, epochs)
    return {"adam": adam, "sgd": sgd}
