"""Adam's first step as the lesson writes it: lr · g / (|g| + ε), with updates of .data."""


def one_step(model, loss_fn, X, y, lr):
    before = model.weight.detach().clone()
    loss_fn(model(X), y).backward()
    gradient = model.weight.grad.detach().clone()
    for p in model.parameters():
        if p.grad is not None:
            p.data -= lr * p.grad / (p.grad.abs() + 1e-8)
    return before, gradient, model.weight.detach().clone()
