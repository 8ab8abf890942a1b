"""torch._foreach functions for SGD, an optimizer with a closure for Adam, and the weights as one vector."""

import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters


def compare(make_model, loss_fn, X, y, epochs, adam_lr, sgd_lr):
    model = make_model()
    weights = parameters_to_vector(model.parameters()).detach().clone()

    optimizer = torch.optim.Adam(model.parameters(), lr=adam_lr)

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        return loss

    adam = [optimizer.step(closure).item() for _ in range(epochs)]

    vector_to_parameters(weights, model.parameters())
    params = [p for p in model.parameters() if p.requires_grad]
    sgd = []
    for _ in range(epochs):
        loss = loss_fn(model(X), y)
        grads = torch.autograd.grad(loss, params, allow_unused=True)
        pairs = [(p, g) for p, g in zip(params, grads, strict=True) if g is not None]
        with torch.no_grad():
            torch._foreach_add_([p for p, _ in pairs], [g for _, g in pairs], alpha=-sgd_lr)
        sgd.append(loss.detach().item())
    return {"adam": adam, "sgd": sgd}
