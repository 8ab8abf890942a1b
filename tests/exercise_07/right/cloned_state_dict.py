"""A state dict of clones, and both optimizers made at the start, fused."""

import torch


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    saved = {key: value.clone() for key, value in model.state_dict().items()}
    adam = torch.optim.Adam(model.parameters(), lr=adam_lr, fused=True)
    sgd = torch.optim.SGD(model.parameters(), lr=sgd_lr, fused=True)

    def history(optimizer):
        model.load_state_dict(saved)
        for _ in range(epochs):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            yield loss.item()

    return {"adam": list(history(adam)), "sgd": list(history(sgd))}
