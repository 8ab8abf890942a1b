"""The gradients are cleared as soon as they are computed, and the updates by hand find none."""


def train(model, loss_fn, batches, lr, accumulate, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(batches), accumulate):
            group = batches[i : i + accumulate]
            n = sum(len(X) for X, _ in group)
            mean = 0.0
            for X, y in group:
                loss = loss_fn(model(X), y)
                (loss * (len(X) / n)).backward()
                for p in model.parameters():
                    p.grad = None  # <-- the update below needs it
                mean += loss.item() * (len(X) / n)
            for p in model.parameters():
                if p.grad is None:
                    continue
                p.data = p.data - lr * p.grad.data
                p.grad.data.zero_()
            losses.append(mean)
    return losses
