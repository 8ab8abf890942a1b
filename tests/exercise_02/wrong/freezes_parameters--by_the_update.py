"""The update freezes the parameters and doesn't thaw them."""


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        loss = loss_fn(model(X), y)
        loss.backward()
        for p in model.parameters():
            if p.grad is not None:
                p.requires_grad_(False)  # <-- never set back to True
                p -= lr * p.grad
                p.grad = None
        losses.append(loss.item())
    return losses
