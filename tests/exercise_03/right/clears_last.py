"""zero_grad stands at the loop's end, and the loss is recorded before backward."""

from torch.optim import Adam


def train(model, loss_fn, X, y, lr, epochs):
    losses = []
    opt = Adam(model.parameters(), lr)
    for _epoch in range(epochs):
        pred = model(X)
        loss = loss_fn(pred, y)
        losses.append(float(loss.detach()))
        loss.backward()
        opt.step()
        opt.zero_grad()
    return losses
