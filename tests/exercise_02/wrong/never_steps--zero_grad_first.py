"""The parameters are never moved, and zero_grad stands first."""


def descend(model, loss_fn, X, y, lr, steps):
    losses = []
    for step in range(steps):
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()  # <-- the update is missing after this line
        losses.append(loss.item())
    return losses
