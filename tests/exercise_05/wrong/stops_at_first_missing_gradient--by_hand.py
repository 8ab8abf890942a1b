"""An update by hand ends at the first parameter without a gradient."""


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
                mean += loss.item() * (len(X) / n)
            for p in model.parameters():
                if p.grad is None:
                    break  # <-- those behind it have gradients
                p.data = p.data - lr * p.grad.data
                p.grad.data.zero_()
            losses.append(mean)
    return losses
