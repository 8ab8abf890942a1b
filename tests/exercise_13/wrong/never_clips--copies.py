"""Copies of the gradients are clipped."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for _ in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss_fn(model(X), y).backward()
            copies = [p.detach().clone().requires_grad_() for p in model.parameters()]
            for copy, p in zip(copies, model.parameters(), strict=True):
                copy.grad = None if p.grad is None else p.grad.clone()
            torch.nn.utils.clip_grad_norm_(copies, max_norm)  # <-- p.grad itself stays as it is
            optimizer.step()
        scheduler.step()
    return rates
