"""Updates of p.data, and gradients zeroed in place."""


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for _ in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        for p in model.parameters():
            if p.grad is None:
                continue
            p.data = p.data - lr * p.grad.data
            p.grad.data.zero_()
        losses.append(loss.item())
    return losses
