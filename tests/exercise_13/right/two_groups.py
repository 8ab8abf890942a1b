"""Two parameter groups under one scheduler, all gradients clipped as one; the loss written out."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
    others = [p for name, p in model.named_parameters() if not name.endswith("weight")]
    optimizer = torch.optim.SGD([{"params": weights}, {"params": others}], lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    while len(rates) < epochs:
        for X, y in batches:
            optimizer.zero_grad()
            loss = ((model(X) - y) ** 2).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights + others, max_norm)
            optimizer.step()
        rates.append(scheduler.get_last_lr()[0])
        scheduler.step()
    return rates
