"""The data always become float32."""

import torch


def train(model, loss_fn, batches, lr, accumulate, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        for start in range(0, len(batches), accumulate):
            group = batches[start : start + accumulate]
            examples = sum(len(X) for X, _ in group)
            total = 0.0
            optimizer.zero_grad()
            for X, y in group:
                loss = loss_fn(model(X.float()), y.float())  # <-- the model may be float64
                (loss * len(X) / examples).backward()
                total += loss.item() * len(X)
            optimizer.step()
            losses.append(total / examples)
    return losses
