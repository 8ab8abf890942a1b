"""The update is not under no_grad."""


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        for p in model.parameters():
            if p.grad is not None:
                p -= lr * p.grad  # <-- autograd is watching
                p.grad = None
        losses.append(loss.item())
    return losses
