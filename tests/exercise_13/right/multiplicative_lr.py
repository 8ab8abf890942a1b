"""MultiplicativeLR, and gradients zeroed in place."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, dampening=0, nesterov=False)
    scheduler = torch.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 1.0 if epoch % step_size else gamma)
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        for X, y in batches:
            prediction = model(X)
            optimizer.zero_grad(set_to_none=False)
            loss_fn(prediction, y).backward()
            torch.nn.utils.clip_grad_norm_(list(model.parameters()), max_norm, norm_type=2.0, error_if_nonfinite=True)
            optimizer.step()
        scheduler.step()
    return rates
