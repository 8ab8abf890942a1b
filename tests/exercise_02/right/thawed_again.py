"""Each parameter is frozen for its update, and thawed after it."""


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for _ in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        for p in model.parameters():
            if p.grad is None:
                continue
            p.requires_grad_(False)
            p -= lr * p.grad
            p.requires_grad_(True)
            p.grad = None
        losses.append(loss.item())
    return losses
