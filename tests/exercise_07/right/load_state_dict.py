"""Two models, the second with the weights of the first, trained in turn."""

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    models = {"adam": make_model(), "sgd": make_model()}
    models["sgd"].load_state_dict(models["adam"].state_dict())
    optimizers = {
        "adam": torch.optim.Adam(models["adam"].parameters(), lr=adam_lr, foreach=True),
        "sgd": torch.optim.SGD(models["sgd"].parameters(), lr=sgd_lr, foreach=True),
    }
    losses = {name: [] for name in models}
    for _ in range(epochs):
        for name, model in models.items():
            optimizers[name].zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizers[name].step()
            losses[name].append(loss.item())
    return losses
