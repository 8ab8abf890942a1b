"""A parameter without a gradient is not skipped, with .data."""


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        for p in model.parameters():
            p.data -= lr * p.grad.data  # <-- .grad may be None
            p.grad.zero_()
        losses.append(loss.item())
    return losses
