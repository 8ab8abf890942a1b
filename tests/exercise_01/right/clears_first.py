"""Gradients are cleared before the step, and `before` is taken after backward."""

from torch.optim import Adam


def one_step(model, loss_fn, X, y, lr):
    model.train()
    opt = Adam(model.parameters(), lr)
    opt.zero_grad()
    loss = loss_fn(model(X), y)
    loss.backward()
    before = model.weight.data.clone()
    gradient = model.weight.grad.data.clone()
    opt.step()
    after = model.weight.data.clone()
    return before, gradient, after
